package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"text/template"
)

func init() {
	domains["gotmpl-host"] = recordHost
}

// recordHost executes every case of fixtures/gotmpl-host with functions and types that a host brings.
//
// Cases look as those of gotmpl. The functions are those of hostFunctions; the data is the case's JSON.
func recordHost(fixturesDir, snapshotsDir string) error {
	err := eachFile("gotmpl-host", ".txt", fixturesDir, snapshotsDir, func(text string) (string, error) {
		return executeCases(text, executeWithHost)
	})
	if err != nil {
		return err
	}
	return writeOracle(filepath.Join(snapshotsDir, "gotmpl-host"))
}

func executeWithHost(name string, options []string, source string, data any) (string, error) {
	set := template.New("set").Option(options...)
	set.Funcs(hostFunctions(set, options))
	if _, err := set.New(name).Parse(source); err != nil {
		return "", err
	}
	var out strings.Builder
	if err := set.ExecuteTemplate(&out, name, data); err != nil {
		return "", err
	}
	return out.String(), nil
}

// hostValues is a named map type with a method, as Helm's common.Values.
type hostValues map[string]any

func (v hostValues) Size() int { return len(v) }

func (v hostValues) Get(key string) (any, error) {
	found, ok := v[key]
	if !ok {
		return nil, fmt.Errorf("no key %s", key)
	}
	return found, nil
}

// hostMachine is a struct with fields and methods, used through a pointer.
type hostMachine struct {
	Name string
	Tags []string
	Any  any
}

func (m *hostMachine) Hello(to string) string { return m.Name + " greets " + to }

func (m *hostMachine) Sum(first int, rest ...int) int {
	for _, n := range rest {
		first += n
	}
	return first
}

func (m *hostMachine) Fail() (string, error) { return "", errors.New("machine is broken") }

func hostFunctions(set *template.Template, options []string) template.FuncMap {
	show := func(v any) string { return fmt.Sprintf("%T %v", v, v) }
	execute := func(t *template.Template, name string, data any) (string, error) {
		var out strings.Builder
		err := t.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	return template.FuncMap{
		"showInt":       func(v int) string { return show(v) },
		"showInt8":      func(v int8) string { return show(v) },
		"showInt64":     func(v int64) string { return show(v) },
		"showUint8":     func(v uint8) string { return show(v) },
		"showUint64":    func(v uint64) string { return show(v) },
		"showFloat":     func(v float64) string { return show(v) },
		"showBool":      func(v bool) string { return show(v) },
		"showComplex":   func(v complex128) string { return show(v) },
		"showString":    func(v string) string { return show(v) },
		"showAny":       func(v any) string { return show(v) },
		"showList":      func(v []any) string { return show(v) },
		"showStrings":   func(v []string) string { return show(v) },
		"showMap":       func(v map[string]any) string { return show(v) },
		"showStringMap": func(v map[string]string) string { return show(v) },
		"showTwo":       func(a string, b int) string { return show(a) + " " + show(b) },
		"showInts":      func(v ...int) string { return show(v) },
		"showMixed":     func(a string, v ...float64) string { return show(a) + " " + show(v) },
		"showMachine":   func(v *hostMachine) string { return fmt.Sprintf("%T", v) },
		"isNilMap":      func(v map[string]any) bool { return v == nil },
		"isNilList":     func(v []any) bool { return v == nil },
		"zero":          func() int { return 0 },
		"nothing":       func() any { return nil },
		"strings":       func(v ...string) []string { return v },
		"list":          func(v ...any) []any { return v },
		"int64":         func(v int) int64 { return int64(v) },
		"uint8":         func(v uint8) uint8 { return v },
		"stringMap":     func(key, v string) map[string]string { return map[string]string{key: v} },
		"values":        func(v map[string]any) hostValues { return v },
		"machine":       func(name string) *hostMachine { return &hostMachine{Name: name, Tags: []string{"a", "b"}} },
		"fail":          func(text string) (string, error) { return "", errors.New(text) },
		"panic":         func(text string) string { panic(text) },
		"include":       func(name string, data any) (string, error) { return execute(set, name, data) },
		"tpl": func(text string, data any) (string, error) {
			clone, err := set.Clone()
			if err != nil {
				return "", err
			}
			clone.Option(options...)
			clone.Funcs(template.FuncMap{
				"include": func(name string, data any) (string, error) { return execute(clone, name, data) },
			})
			inner, err := clone.New(set.Name()).Parse(text)
			if err != nil {
				return "", fmt.Errorf("cannot parse template %q: %w", text, err)
			}
			var out strings.Builder
			if err := inner.Execute(&out, data); err != nil {
				return "", fmt.Errorf("error during tpl function execution for %q: %w", text, err)
			}
			return out.String(), nil
		},
	}
}
