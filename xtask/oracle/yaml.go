package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"unicode"

	"sigs.k8s.io/yaml"
	yamlv3 "sigs.k8s.io/yaml/goyaml.v3"
)

func init() {
	domains["yaml-write"] = recordYAMLWriting
}

// recordYAMLWriting writes every case of fixtures/yaml/write as Helm's toYaml and toYamlPretty do.
//
// A body is a JSON document. The snapshot has two cases for each: NAME, and NAME-pretty. A case that cannot be
// written has the word error and the error's text. A case whose header has the word strings is a generator, see
// expandStrings: its snapshot has one line of JSON for each string, with what both functions write for it.
func recordYAMLWriting(fixturesDir, snapshotsDir string) error {
	err := eachFile("yaml/write", ".txt", fixturesDir, snapshotsDir, func(text string) (string, error) {
		return writeYAMLCases(text, 30)
	})
	if err != nil {
		return err
	}
	dir := filepath.Join(snapshotsDir, "yaml")
	if err := writeFile(filepath.Join(dir, "unicode.txt"), unicodeTable()); err != nil {
		return err
	}
	return writeOracle(filepath.Join(dir, "write"), "sigs.k8s.io/yaml", "go.yaml.in/yaml/v2", "go.yaml.in/yaml/v3")
}

// writeYAMLCases writes each case of a file; a case whose keys have no order shows it in one of so many repeats.
func writeYAMLCases(text string, repeats int) (string, error) {
	cases, err := parseCases(text)
	if err != nil {
		return "", err
	}
	var out []textCase
	for _, c := range cases {
		var data any
		if err := json.Unmarshal([]byte(c.body), &data); err != nil {
			return "", fmt.Errorf("case %s: %w", c.name, err)
		}
		if len(c.words) > 0 && c.words[0] == "strings" {
			lines, err := writeStrings(data)
			if err != nil {
				return "", fmt.Errorf("case %s: %w", c.name, err)
			}
			out = append(out, textCase{c.name, c.words, strings.Join(lines, "\n")})
			continue
		}
		plain, pretty := textCase{name: c.name}, textCase{name: c.name + "-pretty"}
		plain.body, plain.words = orError(toYAML(data))
		if plain.words == nil && !isOrdered(data, plain.body, repeats) {
			return "", fmt.Errorf("case %s: goyaml has no fixed order for its keys", c.name)
		}
		pretty.body, pretty.words = orError(toYAMLPretty(data))
		out = append(out, plain, pretty)
	}
	snapshot := formatCases(out)
	if again, err := parseCases(snapshot); err != nil || len(again) != len(out) {
		return "", fmt.Errorf("an output looks like a header")
	}
	return snapshot, nil
}

// isOrdered tells whether toYAML gives the same text each time: some keys have no order.
func isOrdered(data any, text string, repeats int) bool {
	for range repeats {
		if again, _ := toYAML(data); again != text {
			return false
		}
	}
	return true
}

func orError(text string, err error) (string, []string) {
	if err != nil {
		return err.Error(), []string{"error"}
	}
	return text, nil
}

func toYAML(data any) (string, error) {
	text, err := yaml.Marshal(data)
	return string(text), err
}

func toYAMLPretty(data any) (string, error) {
	var out bytes.Buffer
	encoder := yamlv3.NewEncoder(&out)
	encoder.SetIndent(2)
	err := encoder.Encode(data)
	return out.String(), err
}

// expandStrings makes every combination of one string of each list in turn: [["a", "b"], ["1"]] gives a1 and b1.
func expandStrings(data any) ([]string, error) {
	lists, ok := data.([]any)
	if !ok {
		return nil, fmt.Errorf("not a list of lists of strings")
	}
	all := []string{""}
	for _, list := range lists {
		items, ok := list.([]any)
		if !ok {
			return nil, fmt.Errorf("not a list of lists of strings")
		}
		var longer []string
		for _, start := range all {
			for _, item := range items {
				text, ok := item.(string)
				if !ok {
					return nil, fmt.Errorf("not a list of lists of strings")
				}
				longer = append(longer, start+text)
			}
		}
		all = longer
	}
	return all, nil
}

// writeStrings gives, for each string, what is written for it as the value of the key k, and as a key of null,
// by toYaml and toYamlPretty: a string, or null if it cannot be written. What pretty writes is left out if it
// is the same.
func writeStrings(data any) ([]string, error) {
	texts, err := expandStrings(data)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, text := range texts {
		var outputs []any
		for _, node := range []any{map[string]any{"k": text}, map[string]any{text: nil}} {
			plain, err := toYAML(node)
			outputs = append(outputs, stringOrNil(plain, err))
			pretty, err := toYAMLPretty(node)
			if err != nil || pretty != plain {
				outputs = append(outputs, stringOrNil(pretty, err))
			} else {
				outputs = append(outputs, "")
			}
		}
		line, err := json.Marshal(outputs)
		if err != nil {
			return nil, err
		}
		lines = append(lines, string(line))
	}
	return lines, nil
}

func stringOrNil(text string, err error) any {
	if err != nil {
		return nil
	}
	return text
}

// unicodeTable lists where Go's letters and digits begin and end beyond ASCII: what goyaml sorts keys by.
func unicodeTable() string {
	var out strings.Builder
	for _, class := range []struct {
		name string
		is   func(rune) bool
	}{{"letters", unicode.IsLetter}, {"digits", unicode.IsDigit}} {
		fmt.Fprintf(&out, "%s\n", class.name)
		inside := false
		for r := rune(0x80); r <= unicode.MaxRune+1; r++ {
			if is := r <= unicode.MaxRune && class.is(r); is != inside {
				inside = is
				fmt.Fprintf(&out, "%x\n", r)
			}
		}
	}
	return out.String()
}
