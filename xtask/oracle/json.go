package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
)

func init() {
	domains["json"] = recordJSON
}

// recordJSON reads every case of fixtures/json into the three Go types that Helm's functions read into, and
// writes what was read in the three layouts that they write.
//
// A body is JSON, right or wrong; with the word hex in the header, it is the bytes in hexadecimal. The snapshot
// has a line of JSON for each type (any, map, list: the error's text or null, and the value that is left) and
// for each layout (compact, raw, pretty: the text), the layouts only if the first type had no error.
func recordJSON(fixturesDir, snapshotsDir string) error {
	err := eachFile("json", ".txt", fixturesDir, snapshotsDir, recordJSONCases)
	if err != nil {
		return err
	}
	return writeOracle(filepath.Join(snapshotsDir, "json"))
}

// recordJSONCases reads and writes each case of a file.
func recordJSONCases(text string) (string, error) {
	cases, err := parseCases(text)
	if err != nil {
		return "", err
	}
	for i, c := range cases {
		source := []byte(c.body)
		if len(c.words) > 0 && c.words[0] == "hex" {
			if source, err = hex.DecodeString(c.body); err != nil {
				return "", fmt.Errorf("case %s: %w", c.name, err)
			}
		}
		lines, err := readAndWriteJSON(source)
		if err != nil {
			return "", fmt.Errorf("case %s: %w", c.name, err)
		}
		cases[i].body = strings.Join(lines, "\n")
	}
	return formatCases(cases), nil
}

func readAndWriteJSON(source []byte) ([]string, error) {
	var value any
	object, list := map[string]any{}, []any{}
	errAny := json.Unmarshal(source, &value)
	errObject := json.Unmarshal(source, &object)
	errList := json.Unmarshal(source, &list)
	outputs := []any{
		[]any{errorText(errAny), value},
		[]any{errorText(errObject), object},
		[]any{errorText(errList), list},
	}
	if errAny == nil {
		compact, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		var raw bytes.Buffer
		encoder := json.NewEncoder(&raw)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(value); err != nil {
			return nil, err
		}
		pretty, err := json.MarshalIndent(value, "", "  ")
		if err != nil {
			return nil, err
		}
		outputs = append(outputs, string(compact), strings.TrimSuffix(raw.String(), "\n"), string(pretty))
	}
	var lines []string
	for _, output := range outputs {
		line, err := json.Marshal(output)
		if err != nil {
			return nil, err
		}
		lines = append(lines, string(line))
	}
	return lines, nil
}

func errorText(err error) any {
	if err != nil {
		return err.Error()
	}
	return nil
}
