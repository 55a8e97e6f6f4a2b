package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	chart3 "helm.sh/helm/v3/pkg/chart"
	util3 "helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v4/pkg/chart/common/util"
	chart4 "helm.sh/helm/v4/pkg/chart/v2"
)

func init() { domains["schema"] = recordSchema }

// recordSchema reads sections "-- schema --", each followed by sections "-- values --" that are
// checked against it, and writes what is wrong with each, siblings sorted.
func recordSchema(fixturesDir, snapshotsDir string) error {
	is3 := filepath.Base(snapshotsDir) == "helm-3.22"
	err := eachFile("values/schema", ".txt", fixturesDir, snapshotsDir, func(text string) (string, error) {
		return checkSections(is3, text)
	})
	if err != nil {
		return err
	}
	return writeOracle(filepath.Join(snapshotsDir, "values/schema"), "helm.sh/helm/"+map[bool]string{true: "v3", false: "v4"}[is3], "github.com/santhosh-tekuri/jsonschema/v6")
}

// checkSections checks the values of a file against its schemas.
func checkSections(is3 bool, text string) (string, error) {
	var out strings.Builder
	schema := ""
	for _, section := range strings.Split("\n"+text, "\n-- ")[1:] {
		head, body, _ := strings.Cut(section, " --\n")
		if head == "schema" {
			schema = body
			fmt.Fprintf(&out, "-- schema --\n")
			continue
		}
		values := map[string]any{}
		if err := json.Unmarshal([]byte(body), &values); err != nil {
			return "", fmt.Errorf("%s: %w", body, err)
		}
		var err error
		if is3 {
			err = util3.ValidateAgainstSchema(&chart3.Chart{Metadata: &chart3.Metadata{Name: "c"}, Schema: []byte(schema)}, values)
		} else {
			err = util.ValidateAgainstSchema(&chart4.Chart{Metadata: &chart4.Metadata{Name: "c"}, Schema: []byte(schema)}, values)
		}
		if err == nil {
			fmt.Fprintf(&out, "ok\n")
		} else {
			fmt.Fprintf(&out, "%s", sortFaults(err.Error()))
		}
	}
	return out.String(), nil
}

var (
	additional   = regexp.MustCompile(`additional properties (.*) not allowed$`)
	propertyName = regexp.MustCompile(`^(\s*- at ).*(: invalid propertyName )`)
)

// sortFaults sorts what Go's maps leave in any order: siblings, and names of additional properties.
// The place of a wrong property name is left out, because the library gives any.
func sortFaults(text string) string {
	type fault struct {
		line   string
		causes []*fault
	}
	root := &fault{}
	stack := []*fault{root}
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		level := 0
		if trimmed := strings.TrimLeft(line, " "); strings.HasPrefix(trimmed, "- at '") {
			level = (len(line)-len(trimmed))/2 + 1
		}
		line = propertyName.ReplaceAllString(line, "$1?$2")
		if m := additional.FindStringSubmatchIndex(line); m != nil {
			names := strings.Split(line[m[2]:m[3]], ", ")
			slices.Sort(names)
			line = line[:m[2]] + strings.Join(names, ", ") + line[m[3]:]
		}
		f := &fault{line: line}
		level = min(level, len(stack)-1)
		stack = stack[:level+1]
		stack[level].causes = append(stack[level].causes, f)
		stack = append(stack, f)
	}
	var out strings.Builder
	var write func(f *fault, level int)
	var key func(f *fault) string
	key = func(f *fault) string {
		text := f.line
		for _, cause := range f.causes {
			text += "\n" + key(cause)
		}
		return text
	}
	write = func(f *fault, level int) {
		for _, cause := range f.causes {
			write(cause, level+1)
		}
		if level > 0 {
			slices.SortFunc(f.causes, func(a, b *fault) int { return strings.Compare(key(a), key(b)) })
		}
	}
	write(root, 0)
	var print func(f *fault)
	print = func(f *fault) {
		for _, cause := range f.causes {
			out.WriteString(cause.line + "\n")
			print(cause)
		}
	}
	print(root)
	return out.String()
}
