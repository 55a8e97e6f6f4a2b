package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	chart3 "helm.sh/helm/v3/pkg/chart"
	loader3 "helm.sh/helm/v3/pkg/chart/loader"
	util3 "helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chart4 "helm.sh/helm/v4/pkg/chart/v2"
	loader4 "helm.sh/helm/v4/pkg/chart/v2/loader"
	util4 "helm.sh/helm/v4/pkg/chart/v2/util"
)

func init() {
	domains["coalesce"] = recordValues("values/coalesce")
	domains["dependencies"] = recordValues("values/dependencies")
}

// recordValues reads charts with a user's values, one "-- path --" section per file, and writes what
// coalescing, merging, processing of dependencies and coalescing after that make of them. The name
// of the snapshots folder says which Helm is asked.
func recordValues(domain string) func(string, string) error {
	return func(fixturesDir, snapshotsDir string) error {
		helm := filepath.Base(snapshotsDir)
		err := eachFile(domain, ".txt", fixturesDir, snapshotsDir, func(text string) (string, error) {
			return processValues(helm, text)
		})
		if err != nil {
			return err
		}
		module := "helm.sh/helm/v4"
		if helm == "helm-3.22" {
			module = "helm.sh/helm/v3"
		}
		return writeOracle(filepath.Join(snapshotsDir, domain), module)
	}
}

// processValues coalesces the values of one case.
func processValues(helm, text string) (string, error) {
	files := sections(text)
	user := map[string]any{}
	if err := yaml.Unmarshal([]byte(files["user.yaml"]), &user); err != nil {
		return "", err
	}
	delete(files, "user.yaml")
	if helm == "helm-3.22" {
		return record3(files, user)
	}
	return record4(files, user)
}

// sections gives the files of a case by their paths.
func sections(text string) map[string]string {
	files := map[string]string{}
	name := ""
	for _, line := range strings.SplitAfter(text, "\n") {
		if after, ok := strings.CutPrefix(line, "-- "); ok && strings.HasSuffix(line, " --\n") {
			name = strings.TrimSuffix(after, " --\n")
			files[name] = ""
			continue
		}
		files[name] += line
	}
	delete(files, "")
	return files
}

func record4(files map[string]string, user map[string]any) (string, error) {
	load := func() (*chart4.Chart, error) {
		var list []*archive.BufferedFile
		for _, name := range slices.Sorted(maps.Keys(files)) {
			list = append(list, &archive.BufferedFile{Name: name, ModTime: time.Time{}, Data: []byte(files[name])})
		}
		return loader4.LoadFiles(list)
	}
	var out strings.Builder
	chart, err := load()
	if err != nil {
		return "", err
	}
	judge(&out, "coalesce", func() (any, error) { return util.CoalesceValues(chart, user) })
	judge(&out, "merge", func() (any, error) { return util.MergeValues(chart, user) })
	processed := judge(&out, "process", func() (any, error) { return "ok", util4.ProcessDependencies(chart, user) })
	var tree func(path string, chart *chart4.Chart)
	tree = func(path string, chart *chart4.Chart) {
		fmt.Fprintf(&out, "chart %s %s\n", path, compact(maps.Collect(maps.All(chart.Values))))
		for _, d := range chart.Metadata.Dependencies {
			fmt.Fprintf(&out, "  %s enabled=%t imports=%s\n", d.Name, d.Enabled, compact(d.ImportValues))
		}
		// Charts that are not asked for stand in the order of a Go map.
		charts := slices.SortedFunc(slices.Values(chart.Dependencies()), func(a, b *chart4.Chart) int {
			return strings.Compare(a.Name(), b.Name())
		})
		for _, d := range charts {
			tree(path+"/"+d.Name(), d)
		}
	}
	if processed {
		tree(chart.Name(), chart)
	}
	judge(&out, "render", func() (any, error) { return util.CoalesceValues(chart, user) })
	return out.String(), nil
}

func record3(files map[string]string, user map[string]any) (string, error) {
	var list []*loader3.BufferedFile
	for _, name := range slices.Sorted(maps.Keys(files)) {
		list = append(list, &loader3.BufferedFile{Name: name, Data: []byte(files[name])})
	}
	chart, err := loader3.LoadFiles(list)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	judge(&out, "coalesce", func() (any, error) { return util3.CoalesceValues(chart, user) })
	judge(&out, "merge", func() (any, error) { return util3.MergeValues(chart, user) })
	processed := judge(&out, "process", func() (any, error) { return "ok", util3.ProcessDependenciesWithMerge(chart, user) })
	var tree func(path string, chart *chart3.Chart)
	tree = func(path string, chart *chart3.Chart) {
		fmt.Fprintf(&out, "chart %s %s\n", path, compact(maps.Collect(maps.All(chart.Values))))
		for _, d := range chart.Metadata.Dependencies {
			fmt.Fprintf(&out, "  %s enabled=%t imports=%s\n", d.Name, d.Enabled, compact(d.ImportValues))
		}
		// Charts that are not asked for stand in the order of a Go map.
		charts := slices.SortedFunc(slices.Values(chart.Dependencies()), func(a, b *chart3.Chart) int {
			return strings.Compare(a.Name(), b.Name())
		})
		for _, d := range charts {
			tree(path+"/"+d.Name(), d)
		}
	}
	if processed {
		tree(chart.Name(), chart)
	}
	judge(&out, "render", func() (any, error) { return util3.CoalesceValues(chart, user) })
	return out.String(), nil
}

// judge writes the result of one step and what it logged, sorted, and tells whether it went well.
func judge(out *strings.Builder, step string, run func() (any, error)) bool {
	var logged bytes.Buffer
	slog.SetDefault(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
			if attr.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return attr
		},
	})))
	log.SetFlags(0)
	log.SetOutput(&logged)
	value, err := run()
	if err != nil {
		// What was logged before a failure, we do not say.
		fmt.Fprintf(out, "%s error: %v\n", step, err)
		return false
	}
	fmt.Fprintf(out, "%s %s\n", step, compact(value))
	lines := strings.SplitAfter(logged.String(), "\n")
	slices.Sort(lines)
	out.WriteString(strings.Join(lines, ""))
	return true
}

func compact(value any) string {
	text, _ := json.Marshal(value)
	if string(text) == "null" {
		// A map or list that is not there.
		return "-"
	}
	return string(text)
}
