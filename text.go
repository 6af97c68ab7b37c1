package callout

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxText is how many characters a string may have, MaxID how many an id.
const (
	MaxText = 500
	MaxID   = 64
)

// CheckID says what is wrong with the id of an order, a user or a device: 1 to 64 of the characters A-Z, a-z, 0-9 and
// ._|:@+-. The error is Invalid; what names the id in it.
func CheckID(what, id string) error {
	if id == "" {
		return invalid("%s is missing", what)
	}
	if len(id) > MaxID {
		return invalid("%s is longer than %d characters", what, MaxID)
	}
	for i := 0; i < len(id); i++ {
		if !idByte(id[i]) {
			return invalid("%s has a character that is none of A-Z a-z 0-9 . _ | : @ + -", what)
		}
	}
	return nil
}

// CheckUserID is CheckID for a user: "system" is the server itself and nobody else.
func CheckUserID(what, id string) error {
	if id == SystemID {
		return invalid("%s is %q, which is the server itself", what, SystemID)
	}
	return CheckID(what, id)
}

func idByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._|:@+-", c) >= 0
}

// checkCommandID: a command's id is whatever its sender likes, as long as it can be stored and printed.
func checkCommandID(id string) error {
	if id == "" {
		return invalid("id is missing")
	}
	if utf8.RuneCountInString(id) > MaxID {
		return invalid("id is longer than %d characters", MaxID)
	}
	return checkText("id", id)
}

// checkText says what is wrong with a string: all are valid UTF-8 without control characters, of at most MaxText
// characters. No database, log or terminal that it is shown in can be hurt by such a string.
func checkText(what, s string) error {
	if !utf8.ValidString(s) {
		return invalid("%s is not valid UTF-8", what)
	}
	if utf8.RuneCountInString(s) > MaxText {
		return invalid("%s is longer than %d characters", what, MaxText)
	}
	if i := strings.IndexFunc(s, unicode.IsControl); i >= 0 {
		return invalid("%s has a control character", what)
	}
	return nil
}

// isText reports whether checkText has nothing against s.
func isText(s string) bool { return checkText("", s) == nil }

// wellFormed reports whether every string in a JSON text is Unicode: valid UTF-8, and no half of a surrogate pair among
// the escapes. encoding/json replaces both in silence; other readers refuse the whole text that holds one.
func wellFormed(text []byte) bool {
	if !utf8.Valid(text) {
		return false
	}
	for {
		_, rest, found := bytes.Cut(text, []byte{'\\'})
		if !found || len(rest) == 0 {
			return true
		}
		text = rest[1:]
		if high := escaped(rest); utf16.IsSurrogate(high) {
			if len(rest) < 6 || rest[5] != '\\' || utf16.DecodeRune(high, escaped(rest[6:])) == unicode.ReplacementChar {
				return false
			}
			text = rest[11:]
		}
	}
}

// escaped is the code unit of an escape without its backslash, such as u00e9, or 0 when b starts with no such thing.
func escaped(b []byte) rune {
	if len(b) < 5 || b[0] != 'u' {
		return 0
	}
	unit, err := strconv.ParseUint(string(b[1:5]), 16, 16)
	if err != nil {
		return 0
	}
	return rune(unit)
}

func invalid(format string, a ...any) *Error  { return refuse(Invalid, format, a...) }
func conflict(format string, a ...any) *Error { return refuse(Conflict, format, a...) }

func refuse(code Code, format string, a ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, a...)}
}
