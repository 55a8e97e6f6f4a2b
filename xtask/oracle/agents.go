package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func init() { domains["agents"] = recordAgents }

// agentsFlags are those of every call; what a case says comes behind them, and the last counts.
var agentsFlags = []string{"--namespace", "agents", "--kube-version", "1.35.0"}

// agentsMark begins the first line of a case that says how it is called: the release, then flags.
const agentsMark = "# template "

// recordAgents renders charts/agents with each values file of fixtures/agents and the folders in it: NAME.yaml is what is
// printed, NAME.err why nothing is, with the faults of a schema sorted.
func recordAgents(fixturesDir, snapshotsDir string) error {
	program, err := helmBinary(snapshotsDir)
	if err != nil {
		return err
	}
	root, err := filepath.Abs(filepath.Dir(fixturesDir))
	if err != nil {
		return err
	}
	out := filepath.Join(snapshotsDir, "agents")
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	var paths []string
	for _, pattern := range []string{"*.yaml", "*/*.yaml"} {
		found, err := filepath.Glob(filepath.Join(fixturesDir, "agents", pattern))
		if err != nil {
			return err
		}
		paths = append(paths, found...)
	}
	for _, path := range paths {
		relative, err := filepath.Rel(filepath.Join(fixturesDir, "agents"), path)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(relative, ".yaml")
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		words := []string{"agents"}
		if line, _, _ := strings.Cut(string(text), "\n"); strings.HasPrefix(line, agentsMark) {
			if words, err = splitWords(strings.TrimPrefix(line, agentsMark)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		arguments := append([]string{"template", words[0], "charts/agents"}, agentsFlags...)
		arguments = append(arguments, "-f", "fixtures/agents/"+filepath.ToSlash(relative))
		command := exec.Command(program, append(arguments, words[1:]...)...)
		command.Dir = root
		command.Env = []string{"HOME=/nonexistent", "PATH=/usr/bin:/bin"}
		var stdout, stderr bytes.Buffer
		command.Stdout, command.Stderr = &stdout, &stderr
		file, said := name+".yaml", ""
		if err := command.Run(); err != nil {
			file, said = name+".err", sortFaults(normalise(stderr.String(), root, "$TMP"))
		} else {
			said = normalise(stdout.String(), root, "$TMP")
		}
		if err := writeFile(filepath.Join(out, file), said); err != nil {
			return err
		}
	}
	flags := strings.Join(agentsFlags, " ")
	return writeHelmOracle(out, program, "template RELEASE charts/agents "+flags+" -f FILE, then what its first line says")
}
