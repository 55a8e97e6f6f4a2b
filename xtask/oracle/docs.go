package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func init() {
	domains["docs"] = recordDocs
}

// docsChart is the chart that the cases of values are in.
const docsChart = "apiVersion: v2\nname: demo\nversion: 0.1.0\n"

// docsNothing stands for a chart that helm-docs writes nothing about.
const docsNothing = "nothing\n"

// recordDocs records what the program that HELM_DOCS names writes: for each case of values its rows, by the template
// rows.gotmpl, and for each chart its page with the values in either order; where it has dependencies, with their values,
// and for two charts with other badges.
func recordDocs(fixturesDir, snapshotsDir string) error {
	program := os.Getenv("HELM_DOCS")
	if program == "" {
		return fmt.Errorf("HELM_DOCS does not name a program")
	}
	version, err := exec.Command(program, "--version").Output()
	if err != nil {
		return err
	}
	dir := filepath.Join(fixturesDir, "docs")
	template, err := os.ReadFile(filepath.Join(dir, "rows.gotmpl"))
	if err != nil {
		return err
	}
	err = eachFile("docs", ".txt", fixturesDir, snapshotsDir, func(text string) (string, error) {
		cases, err := parseCases(text)
		if err != nil {
			return "", err
		}
		for at, one := range cases {
			if cases[at].body, err = docsRows(program, one.body, string(template)); err != nil {
				return "", fmt.Errorf("%s: %w", one.name, err)
			}
		}
		return formatCases(cases), nil
	})
	if err != nil {
		return err
	}
	charts, err := filepath.Glob(filepath.Join(dir, "charts", "*"))
	if err != nil {
		return err
	}
	for _, chart := range charts {
		kinds := map[string][]string{"": nil, ".file": {"--sort-values-order=file"}}
		if _, err := os.Stat(filepath.Join(chart, "charts")); err == nil {
			kinds[".dependencies"] = []string{"--document-dependency-values"}
			kinds[".dependencies.file"] = []string{"--document-dependency-values", "--sort-values-order=file"}
		}
		if name := filepath.Base(chart); name == "plain" || name == "templates" {
			kinds[".badges"] = []string{"--badge-style=for-the-badge"}
		}
		for suffix, flags := range kinds {
			page, err := helmDocs(program, chart, flags...)
			if err != nil {
				return fmt.Errorf("%s: %w", chart, err)
			}
			name := filepath.Base(chart) + suffix + ".md"
			if err := writeFile(filepath.Join(snapshotsDir, "docs", "charts", name), page); err != nil {
				return err
			}
		}
	}
	return writeFile(filepath.Join(snapshotsDir, "docs", "ORACLE"), string(version))
}

// docsRows gives what a template makes of a chart with these values.
func docsRows(program, values, template string) (string, error) {
	folder, err := os.MkdirTemp("", "docs")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	files := map[string]string{"Chart.yaml": docsChart, "values.yaml": values + "\n", "README.md.gotmpl": template}
	for name, content := range files {
		if err := writeFile(filepath.Join(folder, name), content); err != nil {
			return "", err
		}
	}
	page, err := helmDocs(program, folder)
	return strings.TrimSuffix(page, "\n"), err
}

// helmDocs gives the page of one chart, without the line that names the program.
func helmDocs(program, chart string, flags ...string) (string, error) {
	flags = append(flags, "--dry-run", "--skip-version-footer", "--log-level=warn", "-c", chart, "-g", chart)
	command := exec.Command(program, flags...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("%w: %s", err, stderr.String())
	}
	if stdout.Len() == 0 {
		return docsNothing, nil
	}
	return stdout.String(), nil
}
