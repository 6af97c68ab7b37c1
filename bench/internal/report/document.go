package report

import (
	"fmt"
	"regexp"
	"strings"
)

// Between these two lines of a page stand the figures of that name.
var marked = regexp.MustCompile(`(?s)<!-- figures:([a-z0-9-]+) -->\n.*?<!-- end -->`)

// Fill replaces what stands between the markers of a page by the figures that they name. A page that names figures that
// there are not is an error, as is one that names none.
func Fill(page string, figures map[string]string) (string, error) {
	var missing []string
	found := false
	page = marked.ReplaceAllStringFunc(page, func(part string) string {
		found = true
		name := marked.FindStringSubmatch(part)[1]
		text, known := figures[name]
		if !known {
			missing = append(missing, name)
			return part
		}
		return fmt.Sprintf("<!-- figures:%s -->\n%s\n<!-- end -->", name, text)
	})
	switch {
	case missing != nil:
		return "", fmt.Errorf("the page wants figures that there are not: %s", strings.Join(missing, ", "))
	case !found:
		return "", fmt.Errorf("the page has no place for figures, such as <!-- figures:stacks --> and <!-- end -->")
	}
	return page, nil
}
