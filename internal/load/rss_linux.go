package load

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// RSS is how many bytes of memory a process of this machine holds, to the page.
func RSS(pid int) (int64, error) {
	// What stat and statm say is behind by as much as each processor keeps to itself.
	file, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, fmt.Errorf("read how much memory process %d holds: %w", pid, err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), "Rss:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(text), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.Join(errors.New("Linux does not say how much memory a process holds"), lines.Err())
}
