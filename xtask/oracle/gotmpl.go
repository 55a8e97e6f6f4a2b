package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"text/template"
)

func init() {
	domains["gotmpl"] = recordTemplates
}

// recordTemplates executes every case of fixtures/gotmpl with text/template.
//
// A body is one line of JSON, the data, then the template, parsed under the case's name. Words in the header
// are options of the template, such as missingkey=zero. The snapshot has the same headers and the output, or
// the word error and the error's text.
func recordTemplates(fixturesDir, snapshotsDir string) error {
	err := eachFile("gotmpl", ".txt", fixturesDir, snapshotsDir, func(text string) (string, error) {
		return executeCases(text, executeTemplate)
	})
	if err != nil {
		return err
	}
	return writeOracle(filepath.Join(snapshotsDir, "gotmpl"))
}

// executeCases executes each case of a file: its name, the words behind it, the template and its data.
func executeCases(
	text string, execute func(name string, words []string, source string, data any) (string, error),
) (string, error) {
	cases, err := parseCases(text)
	if err != nil {
		return "", err
	}
	for i, c := range cases {
		line, source, _ := strings.Cut(c.body, "\n")
		var data any
		if err := json.Unmarshal([]byte(line), &data); err != nil {
			return "", fmt.Errorf("case %s: data: %w", c.name, err)
		}
		output, err := execute(c.name, c.words, source, data)
		if err != nil {
			cases[i].words = append(c.words, "error")
			output = err.Error()
		}
		cases[i].body = output
	}
	snapshot := formatCases(cases)
	if again, err := parseCases(snapshot); err != nil || len(again) != len(cases) {
		return "", fmt.Errorf("an output looks like a header")
	}
	return snapshot, nil
}

func executeTemplate(name string, options []string, source string, data any) (string, error) {
	tmpl, err := template.New(name).Option(options...).Parse(source)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	if err := tmpl.Execute(&out, data); err != nil {
		return "", err
	}
	return out.String(), nil
}
