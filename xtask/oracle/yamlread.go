package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"

	"sigs.k8s.io/yaml"
)

func init() {
	domains["yaml-read"] = recordYAMLReading
	domains["yaml-fields"] = recordYAMLFields
}

// recordYAMLReading reads every case of fixtures/yaml/read as Helm reads values.
//
// A body is YAML. The snapshot has two cases for each: NAME, and NAME-strict, where a key may be set once only. Each
// has the value as one line of JSON with all numbers as floats, or the word error and the error's text.
func recordYAMLReading(fixturesDir, snapshotsDir string) error {
	err := eachFile("yaml/read", ".txt", fixturesDir, snapshotsDir, func(text string) (string, error) {
		return readYAMLCases(text, 30)
	})
	if err != nil {
		return err
	}
	return writeOracle(filepath.Join(snapshotsDir, "yaml/read"), "sigs.k8s.io/yaml", "go.yaml.in/yaml/v2")
}

// readYAMLCases reads each case of a file, and again so many times.
func readYAMLCases(text string, repeats int) (string, error) {
	cases, err := parseCases(text)
	if err != nil {
		return "", err
	}
	var out []textCase
	for _, c := range cases {
		for _, strict := range []bool{false, true} {
			snapshot := textCase{name: c.name}
			if strict {
				snapshot.name += "-strict"
			}
			snapshot.body, snapshot.words = orError(readYAML(c.body, strict))
			// Go's maps have no order, which shows if two keys become the same one.
			for range repeats {
				if again, _ := orError(readYAML(c.body, strict)); again != snapshot.body {
					return "", fmt.Errorf("case %s: Go does not always say the same", c.name)
				}
			}
			out = append(out, snapshot)
		}
	}
	snapshot := formatCases(out)
	if again, err := parseCases(snapshot); err != nil || len(again) != len(out) {
		return "", fmt.Errorf("an output looks like a header")
	}
	return snapshot, nil
}

// readYAML gives a document as JSON, its numbers as Helm sees them.
func readYAML(text string, strict bool) (string, error) {
	toJSON := yaml.YAMLToJSON
	if strict {
		toJSON = yaml.YAMLToJSONStrict
	}
	exact, err := toJSON([]byte(text))
	if err != nil {
		return "", err
	}
	var value any
	if err := json.Unmarshal(exact, &value); err != nil {
		return "", err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err = encoder.Encode(value)
	return string(bytes.TrimSuffix(out.Bytes(), []byte("\n"))), err
}

// recordYAMLFields reads every case of fixtures/yaml/fields into a struct, and writes the fields that it got as JSON.
func recordYAMLFields(fixturesDir, snapshotsDir string) error {
	err := eachFile("yaml/fields", ".txt", fixturesDir, snapshotsDir, func(text string) (string, error) {
		cases, err := parseCases(text)
		if err != nil {
			return "", err
		}
		for i, c := range cases {
			cases[i].body, cases[i].words = orError(readFields(c.body))
		}
		return formatCases(cases), nil
	})
	if err != nil {
		return err
	}
	return writeOracle(filepath.Join(snapshotsDir, "yaml/fields"), "sigs.k8s.io/yaml", "go.yaml.in/yaml/v2")
}

func readFields(text string) (string, error) {
	var fields struct {
		Any   any               `json:"any,omitempty"`
		Map   map[string]string `json:"map,omitempty"`
		Text  string            `json:"text,omitempty"`
		Texts []string          `json:"texts,omitempty"`
	}
	if err := yaml.Unmarshal([]byte(text), &fields); err != nil {
		return "", err
	}
	out, err := json.Marshal(fields)
	return string(out), err
}
