package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp/syntax"
	"strings"
	"unicode"
)

// unicode records which characters Go's `unicode` and `regexp/syntax` know, and how: each line of
// FIXTURES/unicode/classes.txt is a pattern that is one class, and becomes the runs of its characters; each line of
// FIXTURES/unicode/maps.txt names a mapping, and becomes the runs of characters it changes with how far it moves them.
func init() {
	domains["unicode"] = recordUnicode
}

// mappings are those that maps.txt may name.
var mappings = map[string]func(rune) rune{
	"lower": unicode.ToLower,
	"upper": unicode.ToUpper,
	"title": unicode.ToTitle,
	"fold":  unicode.SimpleFold,
}

func recordUnicode(fixturesDir, snapshotsDir string) error {
	for name, record := range map[string]func(string) (string, error){"classes.txt": runsOfClass, "maps.txt": runsOfMap} {
		text, err := os.ReadFile(filepath.Join(fixturesDir, "unicode", name))
		if err != nil {
			return err
		}
		var out strings.Builder
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSuffix(line, "\n")
			runs, err := record(line)
			if err != nil {
				return fmt.Errorf("%s: %w", line, err)
			}
			fmt.Fprintf(&out, "%s:%s\n", line, runs)
		}
		if err := writeFile(filepath.Join(snapshotsDir, "unicode", name), out.String()); err != nil {
			return err
		}
	}
	return writeOracle(filepath.Join(snapshotsDir, "unicode"))
}

func runsOfClass(pattern string) (string, error) {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		// That a class is not known is worth recording too.
		return " " + err.Error(), nil
	}
	var runes []rune
	switch parsed.Op {
	case syntax.OpCharClass:
		runes = parsed.Rune
	case syntax.OpAnyChar:
		runes = []rune{0, unicode.MaxRune}
	case syntax.OpAnyCharNotNL:
		runes = []rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune}
	case syntax.OpLiteral:
		for r := parsed.Rune[0]; ; {
			runes = append(runes, r, r)
			if r = unicode.SimpleFold(r); parsed.Flags&syntax.FoldCase == 0 || r == parsed.Rune[0] {
				break
			}
		}
	case syntax.OpNoMatch:
	default:
		return "", fmt.Errorf("not one class: %v", parsed)
	}
	var out strings.Builder
	for i := 0; i < len(runes); i += 2 {
		first, last := runes[i], runes[i+1]
		// Surrogates are in no text.
		if first >= 0xD800 && last <= 0xDFFF {
			continue
		}
		fmt.Fprintf(&out, " %x", first)
		if last != first {
			fmt.Fprintf(&out, "-%x", last)
		}
	}
	return out.String(), nil
}

func runsOfMap(name string) (string, error) {
	mapping := mappings[name]
	if mapping == nil {
		return "", fmt.Errorf("no such mapping")
	}
	var out strings.Builder
	first, distance := rune(0), rune(0)
	for r := rune(0); r <= unicode.MaxRune+1; r++ {
		now := rune(0)
		if r <= unicode.MaxRune {
			now = mapping(r) - r
		}
		if now == distance {
			continue
		}
		if distance != 0 {
			fmt.Fprintf(&out, " %x-%x%+d", first, r-1, distance)
		}
		first, distance = r, now
	}
	return out.String(), nil
}
