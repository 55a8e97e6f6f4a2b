package main

import (
	"fmt"
	"strings"
)

// textCase is one place in a file of cases: a header `--- NAME WORDS ---`, then a body of any bytes.
//
// A body ends before the newline and the blank line that precede the next header, or before the newline at
// the end of the file. No body may contain what looks like the start of another case.
type textCase struct {
	name  string
	words []string
	body  string
}

// parseCases splits a file into its cases.
func parseCases(text string) ([]textCase, error) {
	var cases []textCase
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		fields, ok := headerFields(line)
		if !ok {
			return nil, fmt.Errorf("not a header: %q", line)
		}
		body, next, ok := cutBody(rest)
		if !ok {
			return nil, fmt.Errorf("case %s does not end in a newline", fields[0])
		}
		cases = append(cases, textCase{fields[0], fields[1:], body})
		text = next
	}
	return cases, nil
}

func headerFields(line string) ([]string, bool) {
	inner, ok1 := strings.CutPrefix(line, "--- ")
	inner, ok2 := strings.CutSuffix(inner, " ---")
	fields := strings.Fields(inner)
	return fields, ok1 && ok2 && len(fields) > 0
}

func cutBody(text string) (body, rest string, ok bool) {
	for at := 0; ; {
		found := strings.Index(text[at:], "\n\n--- ")
		if found < 0 {
			body, ok = strings.CutSuffix(text, "\n")
			return body, "", ok
		}
		at += found
		line, _, _ := strings.Cut(text[at+2:], "\n")
		if _, ok := headerFields(line); ok {
			return text[:at], text[at+2:], true
		}
		at += 2
	}
}

// formatCases is the inverse of parseCases.
func formatCases(cases []textCase) string {
	var out strings.Builder
	for i, c := range cases {
		if i > 0 {
			out.WriteString("\n")
		}
		fmt.Fprintf(&out, "--- %s ---\n%s\n", strings.Join(append([]string{c.name}, c.words...), " "), c.body)
	}
	return out.String()
}
