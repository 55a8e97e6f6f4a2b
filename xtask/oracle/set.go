package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	options3 "helm.sh/helm/v3/pkg/cli/values"
	strvals3 "helm.sh/helm/v3/pkg/strvals"
	options4 "helm.sh/helm/v4/pkg/cli/values"
	strvals4 "helm.sh/helm/v4/pkg/strvals"
)

func init() {
	domains["set"] = recordSet
	domains["sources"] = recordSources
}

// recordSet reads lines of "KIND BASE LINE", BASE being compact JSON that LINE is merged into, and
// writes what comes out, integers and floats told apart.
func recordSet(fixturesDir, snapshotsDir string) error {
	is3 := filepath.Base(snapshotsDir) == "helm-3.22"
	err := eachFile("values/set", ".txt", fixturesDir, snapshotsDir, func(text string) (string, error) {
		return setLines(is3, text)
	})
	if err != nil {
		return err
	}
	return writeOracle(filepath.Join(snapshotsDir, "values/set"), "helm.sh/helm/"+map[bool]string{true: "v3", false: "v4"}[is3])
}

// setLines merges each line of a file.
func setLines(is3 bool, text string) (string, error) {
	var out strings.Builder
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		kind, rest, _ := strings.Cut(line, " ")
		base, line, _ := strings.Cut(rest, " ")
		values := map[string]any{}
		if err := json.Unmarshal([]byte(base), &values); err != nil {
			return "", fmt.Errorf("%s: %w", line, err)
		}
		if err := parseSet(is3, kind, line, values); err != nil {
			if text := err.Error(); kind == "json" && (strings.Contains(text, "invalid character") ||
				strings.Contains(text, "unexpected EOF") || strings.Contains(text, "cannot unmarshal")) {
				// What is wrong with JSON is never shown.
				err = errors.New("JSON")
			}
			fmt.Fprintf(&out, "error: %v\n", err)
			continue
		}
		fmt.Fprintln(&out, typed(values))
	}
	return out.String(), nil
}

func parseSet(is3 bool, kind, line string, values map[string]any) error {
	read := func(rs []rune) (any, error) {
		if strings.HasPrefix(string(rs), "no") {
			return nil, errors.New("open " + string(rs) + ": no such file or directory")
		}
		return "content of " + string(rs), nil
	}
	switch {
	case kind == "set" && is3:
		return strvals3.ParseInto(line, values)
	case kind == "string" && is3:
		return strvals3.ParseIntoString(line, values)
	case kind == "json" && is3:
		return strvals3.ParseJSON(line, values)
	case kind == "file" && is3:
		return strvals3.ParseIntoFile(line, values, read)
	case kind == "literal" && is3:
		return strvals3.ParseLiteralInto(line, values)
	case kind == "set":
		return strvals4.ParseInto(line, values)
	case kind == "string":
		return strvals4.ParseIntoString(line, values)
	case kind == "json":
		return strvals4.ParseJSON(line, values)
	case kind == "file":
		return strvals4.ParseIntoFile(line, values, read)
	case kind == "literal":
		return strvals4.ParseLiteralInto(line, values)
	}
	return fmt.Errorf("unknown kind %q", kind)
}

// typed writes a value as JSON, with a point in every float.
func typed(value any) string {
	switch value := value.(type) {
	case map[string]any:
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(value)) {
			parts = append(parts, typed(key)+":"+typed(value[key]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		var parts []string
		for _, item := range value {
			parts = append(parts, typed(item))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case float64:
		text := strconv.FormatFloat(value, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text
	default:
		text, _ := json.Marshal(value)
		return string(text)
	}
}

// mergeSources merges the sources that a file holds.
func mergeSources(is3 bool, text string) (string, error) {
	files := sections(text)
	dir, err := os.MkdirTemp("", "oracle")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	home, err := os.Getwd()
	if err != nil {
		return "", err
	}
	if err := os.Chdir(dir); err != nil {
		return "", err
	}
	defer os.Chdir(home)
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	var opts options4.Options
	for _, line := range strings.Split(strings.TrimSuffix(files["flags"], "\n"), "\n") {
		flag, value, _ := strings.Cut(line, " ")
		list := map[string]*[]string{
			"-f": &opts.ValueFiles, "--set": &opts.Values, "--set-string": &opts.StringValues, "--set-json": &opts.JSONValues,
			"--set-file": &opts.FileValues, "--set-literal": &opts.LiteralValues,
		}[flag]
		*list = append(*list, value)
	}
	var values map[string]any
	if is3 {
		old := options3.Options(opts)
		values, err = old.MergeValues(nil)
	} else {
		values, err = opts.MergeValues(nil)
	}
	if err != nil {
		return fmt.Sprintf("error: %v\n", err), nil
	}
	return typed(values) + "\n", nil
}

// recordSources reads files in "-- path --" sections and flags, one per line, in "-- flags --", and
// writes the user's values that come of them.
func recordSources(fixturesDir, snapshotsDir string) error {
	is3 := filepath.Base(snapshotsDir) == "helm-3.22"
	err := eachFile("values/sources", ".txt", fixturesDir, snapshotsDir, func(text string) (string, error) {
		return mergeSources(is3, text)
	})
	if err != nil {
		return err
	}
	return writeOracle(filepath.Join(snapshotsDir, "values/sources"), "helm.sh/helm/"+map[bool]string{true: "v3", false: "v4"}[is3])
}
