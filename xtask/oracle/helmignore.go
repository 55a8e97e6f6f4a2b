package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	ignore3 "helm.sh/helm/v3/pkg/ignore"
	ignore4 "helm.sh/helm/v4/pkg/ignore"
)

// helmignore records which paths the rules of FIXTURES/helmignore/*.json ignore, as files and as folders.
// The last element of SNAPSHOTS says which Helm is asked.
func init() {
	domains["helmignore"] = recordHelmignore
}

// ignoreCase is a .helmignore, and paths to put to it.
type ignoreCase struct {
	Rules string   `json:"rules"`
	Paths []string `json:"paths"`
}

// ignoreResult is what is ignored, or why the rules are none.
type ignoreResult struct {
	Error   string   `json:"error,omitempty"`
	Files   []string `json:"files,omitempty"`
	Folders []string `json:"folders,omitempty"`
}

// ignorer is what both Helms have.
type ignorer interface {
	Ignore(path string, info os.FileInfo) bool
}

func recordHelmignore(fixturesDir, snapshotsDir string) error {
	log.SetOutput(io.Discard)
	slog.SetDefault(slog.New(slog.DiscardHandler))
	err := eachFile("helmignore", ".json", fixturesDir, snapshotsDir, func(text string) (string, error) {
		return ignoreCases(filepath.Base(snapshotsDir), text)
	})
	if err != nil {
		return err
	}
	return writeOracle(filepath.Join(snapshotsDir, "helmignore"), "helm.sh/helm/v3", "helm.sh/helm/v4")
}

// ignoreCases asks the rules of each case of a file.
func ignoreCases(oracle, text string) (string, error) {
	parse := map[string]func(text string) (ignorer, error){
		"helm-4.3":  func(text string) (ignorer, error) { return ignore4.Parse(strings.NewReader(text)) },
		"helm-3.22": func(text string) (ignorer, error) { return ignore3.Parse(strings.NewReader(text)) },
	}[oracle]
	if parse == nil {
		return "", fmt.Errorf("%s is not one Helm", oracle)
	}
	var cases map[string]ignoreCase
	if err := json.Unmarshal([]byte(text), &cases); err != nil {
		return "", err
	}
	results := map[string]ignoreResult{}
	for name, c := range cases {
		rules, err := parse(c.Rules)
		if err != nil {
			results[name] = ignoreResult{Error: err.Error()}
			continue
		}
		var result ignoreResult
		for _, path := range c.Paths {
			if rules.Ignore(path, entryKind(0)) {
				result.Files = append(result.Files, path)
			}
			if rules.Ignore(path, entryKind(fs.ModeDir)) {
				result.Folders = append(result.Folders, path)
			}
		}
		results[name] = result
	}
	return indentJSON(results)
}

// entryKind is a file or a folder that need not exist.
type entryKind fs.FileMode

func (k entryKind) Name() string       { return "" }
func (k entryKind) Size() int64        { return 0 }
func (k entryKind) Mode() fs.FileMode  { return fs.FileMode(k) }
func (k entryKind) ModTime() time.Time { return time.Time{} }
func (k entryKind) IsDir() bool        { return fs.FileMode(k).IsDir() }
func (k entryKind) Sys() any           { return nil }
