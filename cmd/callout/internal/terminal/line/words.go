package line

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// word is one word of a line.
type word struct {
	text   string
	quoted bool // it was in quotes, so that it is a text and no keyword
	isJSON bool // it begins with a brace: a JSON object, or what was meant for one
}

var (
	errNoEndQuote = errors.New(`a text begins with a quote and has none at its end`)
	errGlued      = errors.New(`a space is missing after a quote`)
)

// split cuts a line into words. A text in double quotes is one word; in it \" is a quote and \\ a backslash. So is a JSON
// object; what begins with a brace and is none is the rest of the line.
func split(line string) ([]word, error) {
	var words []word
	for {
		line = strings.TrimLeftFunc(line, unicode.IsSpace)
		switch {
		case line == "":
			return words, nil
		case line[0] == '{':
			text, rest := object(line)
			words, line = append(words, word{text: text, isJSON: true}), rest
		case line[0] == '"':
			text, rest, err := quoted(line[1:])
			if err != nil {
				return nil, err
			}
			words, line = append(words, word{text: text, quoted: true}), rest
		default:
			end := strings.IndexFunc(line, unicode.IsSpace)
			if end < 0 {
				end = len(line)
			}
			words, line = append(words, word{text: line[:end]}), line[end:]
		}
	}
}

// object cuts line after the JSON object at its beginning.
func object(line string) (text, rest string) {
	var raw json.RawMessage
	decoder := json.NewDecoder(strings.NewReader(line))
	if decoder.Decode(&raw) == nil {
		end := decoder.InputOffset()
		text, rest = line[:end], line[end:]
		if next, _ := utf8.DecodeRuneInString(rest); rest == "" || unicode.IsSpace(next) {
			return text, rest
		}
	}
	return strings.TrimRightFunc(line, unicode.IsSpace), ""
}

// quoted cuts line after the quote that ends the text at its beginning.
func quoted(line string) (text, rest string, err error) {
	var out strings.Builder
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && i+1 < len(line) && (line[i+1] == '"' || line[i+1] == '\\'):
			i++
			out.WriteByte(line[i])
		case c == '"':
			rest = line[i+1:]
			if next, _ := utf8.DecodeRuneInString(rest); rest != "" && !unicode.IsSpace(next) {
				return "", "", errGlued
			}
			return out.String(), rest, nil
		default:
			out.WriteByte(c)
		}
	}
	return "", "", errNoEndQuote
}

// String is w for people.
func (w word) String() string {
	if w.isJSON {
		return short(w.text)
	}
	return Quote(w.text)
}

// Quote is what somebody typed, for people to recognise it.
func Quote(text string) string { return `"` + short(text) + `"` }

func short(text string) string {
	const most = 40
	runes := []rune(Clean(text))
	if len(runes) > most {
		runes = append(runes[:most-1], '…')
	}
	return string(runes)
}

// Clean makes text that anybody may have written harmless to a terminal. The rules allow no control characters in it, but
// a server may not keep to them.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
