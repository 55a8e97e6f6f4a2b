package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ourChart is a chart that we ship, and how it is called.
type ourChart struct {
	name string
	// release is what its cases install, unless they say otherwise.
	release string
	// flags are those of every call; what a case says comes behind them, and the last counts.
	flags []string
	// sort puts in order what Helm says in random order.
	sort func(string) string
}

func init() {
	charts := []ourChart{
		{"agent-env", "my-release", []string{"--namespace", "evals", "--kube-version", "1.34.0"}, strings.Clone},
		{"agents", "agents", []string{"--namespace", "agents", "--kube-version", "1.35.0"}, sortFaults},
	}
	for _, chart := range charts {
		domains[chart.name] = chart.record
	}
}

// callMark begins the first line of a case that says how it is called: the release, then flags.
const callMark = "# template "

// record renders the chart with each values file of its fixtures and the folders in them: NAME.yaml is what is printed,
// NAME.err why nothing is.
func (chart ourChart) record(fixturesDir, snapshotsDir string) error {
	program, err := helmBinary(snapshotsDir)
	if err != nil {
		return err
	}
	root, err := filepath.Abs(filepath.Dir(fixturesDir))
	if err != nil {
		return err
	}
	out := filepath.Join(snapshotsDir, chart.name)
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	var paths []string
	for _, pattern := range []string{"*.yaml", "*/*.yaml"} {
		found, err := filepath.Glob(filepath.Join(fixturesDir, chart.name, pattern))
		if err != nil {
			return err
		}
		paths = append(paths, found...)
	}
	for _, path := range paths {
		relative, err := filepath.Rel(filepath.Join(fixturesDir, chart.name), path)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(relative, ".yaml")
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		words := []string{chart.release}
		if line, _, _ := strings.Cut(string(text), "\n"); strings.HasPrefix(line, callMark) {
			if words, err = splitWords(strings.TrimPrefix(line, callMark)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		arguments := append([]string{"template", words[0], "charts/" + chart.name}, chart.flags...)
		arguments = append(arguments, "-f", "fixtures/"+chart.name+"/"+filepath.ToSlash(relative))
		command := exec.Command(program, append(arguments, words[1:]...)...)
		command.Dir = root
		command.Env = []string{"HOME=/nonexistent", "PATH=/usr/bin:/bin"}
		var stdout, stderr bytes.Buffer
		command.Stdout, command.Stderr = &stdout, &stderr
		file, said := name+".yaml", ""
		if err := command.Run(); err != nil {
			file, said = name+".err", chart.sort(normalise(stderr.String(), root, "$TMP"))
		} else {
			said = normalise(stdout.String(), root, "$TMP")
		}
		if err := writeFile(filepath.Join(out, file), said); err != nil {
			return err
		}
	}
	flags := strings.Join(chart.flags, " ")
	return writeHelmOracle(out, program, "template "+chart.release+" charts/"+chart.name+" "+flags+" -f FILE, or as its first line says")
}
