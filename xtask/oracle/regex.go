package main

import (
	"bufio"
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"
)

func init() {
	domains["regex"] = recordRegex
}

// regexRow is one pattern with texts to search. Bytes that are no UTF-8 are written as U+F780 to U+F7FF.
type regexRow struct {
	Pattern string   `json:"pattern"`
	Texts   []string `json:"texts"`
}

// regexFinding is what Go makes of one text.
type regexFinding struct {
	Find    *string  `json:"find"`
	FindAll []string `json:"find_all"`
	FindTwo []string `json:"find_two"`
	Split   []string `json:"split"`
	SplitIn []string `json:"split_in_three"`
	Replace string   `json:"replace"`
	Literal string   `json:"replace_literal"`
}

// regexTemplate is what matches are replaced by.
const regexTemplate = "<$0|$1|${name}|$2x>"

func recordRegex(fixturesDir, snapshotsDir string) error {
	return eachLine("regex", fixturesDir, snapshotsDir, func(row regexRow) any {
		re, err := regexp.Compile(rawBytes(row.Pattern))
		if err != nil {
			// Error texts of ours are UTF-8.
			return map[string]string{"error": string([]rune(err.Error()))}
		}
		findings := []regexFinding{}
		for _, text := range row.Texts {
			text = rawBytes(text)
			finding := regexFinding{
				FindAll: shownAll(re.FindAllString(text, -1)),
				FindTwo: shownAll(re.FindAllString(text, 2)),
				Split:   shownAll(re.Split(text, -1)),
				SplitIn: shownAll(re.Split(text, 3)),
				Replace: shownBytes(re.ReplaceAllString(text, regexTemplate)),
				Literal: shownBytes(re.ReplaceAllLiteralString(text, "<$0>")),
			}
			if re.MatchString(text) {
				found := shownBytes(re.FindString(text))
				finding.Find = &found
			}
			findings = append(findings, finding)
		}
		return findings
	})
}

// eachLine gives every line of every .jsonl file of a domain to record, and writes what it returns as a line.
func eachLine[Row any](domain, fixturesDir, snapshotsDir string, record func(row Row) any) error {
	err := eachFile(domain, ".jsonl", fixturesDir, snapshotsDir, func(text string) (string, error) {
		var out strings.Builder
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		lines := bufio.NewScanner(strings.NewReader(text))
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			var row Row
			if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
				return "", err
			}
			if err := encoder.Encode(record(row)); err != nil {
				return "", err
			}
		}
		return out.String(), lines.Err()
	})
	if err != nil {
		return err
	}
	return writeOracle(snapshotsDir + "/" + domain)
}

// rawBytes makes bytes of the characters that stand for them.
func rawBytes(text string) string {
	var out strings.Builder
	for _, r := range text {
		if r >= 0xF780 && r <= 0xF7FF {
			out.WriteByte(byte(r))
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// shownBytes makes characters of the bytes that are no UTF-8.
func shownBytes(text string) string {
	var out strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && size == 1 {
			r = 0xF700 + rune(text[0])
		}
		out.WriteRune(r)
		text = text[size:]
	}
	return out.String()
}

func shownAll(texts []string) []string {
	if texts == nil {
		return nil
	}
	shown := make([]string, len(texts))
	for i, text := range texts {
		shown[i] = shownBytes(text)
	}
	return shown
}
