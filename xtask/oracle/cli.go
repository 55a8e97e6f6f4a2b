package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

func init() {
	domains["cli"] = recordCli
	domains["agent-env"] = recordAgentEnv
}

// binaries names, for each oracle, the variable that holds the path of its program.
var binaries = map[string]string{"helm-4.3": "HELM4", "helm-3.22": "HELM3"}

// callTimeout is the longest one call may take.
const callTimeout = 60 * time.Second

// helmBinary gives the program of an oracle.
func helmBinary(snapshotsDir string) (string, error) {
	variable, ok := binaries[filepath.Base(snapshotsDir)]
	if !ok {
		return "", fmt.Errorf("%s is not a folder of one Helm", snapshotsDir)
	}
	path := os.Getenv(variable)
	if path == "" {
		return "", fmt.Errorf("%s does not name a program", variable)
	}
	return filepath.Abs(path)
}

// call is one call of a program, as its fixture says it: variables and arguments on the first line, behind it what
// stands on standard input.
type call struct {
	environment []string
	arguments   []string
	input       string
}

// parseCall takes a fixture apart. Words are split at spaces; quotes of either kind keep spaces; there are no escapes.
func parseCall(body string) (call, error) {
	line, input, _ := strings.Cut(body, "\n")
	words, err := splitWords(line)
	if err != nil {
		return call{}, err
	}
	parsed := call{input: input}
	for len(words) > 0 && regexp.MustCompile(`^[A-Z_0-9]+=`).MatchString(words[0]) {
		parsed.environment = append(parsed.environment, words[0])
		words = words[1:]
	}
	parsed.arguments = words
	return parsed, nil
}

func splitWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quote := false, rune(0)
	for _, c := range line {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(c)
		case c == '\'' || c == '"':
			quote, inWord = c, true
		case c == ' ':
			if inWord {
				words = append(words, word.String())
			}
			word.Reset()
			inWord = false
		default:
			word.WriteRune(c)
			inWord = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("unclosed quote: %s", line)
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}

// record makes the call in the folder root and writes down how it ended, what it printed, and the files it wrote.
func (c call) record(program, root string) (string, error) {
	scratch, err := os.MkdirTemp("", "cli")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(scratch)
	arguments := make([]string, len(c.arguments))
	for i, argument := range c.arguments {
		arguments[i] = strings.ReplaceAll(argument, "$TMP", scratch+"/tmp")
	}
	command := exec.Command(program, arguments...)
	command.Dir = root
	command.Env = append([]string{"HOME=" + scratch + "/home", "PATH=/usr/bin:/bin", "TMPDIR=" + os.TempDir()}, c.environment...)
	command.Stdin = strings.NewReader(c.input)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Start(); err != nil {
		return "", err
	}
	timer := time.AfterFunc(callTimeout, func() { command.Process.Kill() })
	defer timer.Stop()
	code := 0
	if err := command.Wait(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() < 0 {
			return "", fmt.Errorf("%v: %w", c.arguments, err)
		}
		code = exit.ExitCode()
	}
	text := fmt.Sprintf("exit %d\n-- stdout --\n%s-- stderr --\n%s-- end --", code, stdout.String(), stderr.String())
	files, err := listFiles(scratch + "/tmp")
	if err != nil {
		return "", err
	}
	return normalise(text+files, root, scratch), nil
}

// listFiles gives every file below a folder with what it holds.
func listFiles(folder string) (string, error) {
	var text strings.Builder
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name := strings.TrimPrefix(path, folder)
		fmt.Fprintf(&text, "\n-- file %s --\n%s-- end --", name, data)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return text.String(), err
}

var (
	timeOfDebugLine = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000 UTC m=\+\d+\.\d+`)
	// The path is that of any other value: Go's schema library reuses it.
	pathOfName      = regexp.MustCompile(`- at '[^']*': invalid propertyName`)
	timeInName      = regexp.MustCompile(`simple-\d{10}\b`)
	lintFolder      = regexp.MustCompile(`[^ ("=]*/helm-lint\d+`)
	stackTrace      = regexp.MustCompile(`(?m)^(main|runtime|helm\.sh|github\.com|k8s\.io)[^ \n]*\n\t.*\n`)
)

// normalise takes out what differs from machine to machine and from call to call.
func normalise(text, root, scratch string) string {
	text = strings.ReplaceAll(text, scratch+"/tmp", "$TMP")
	text = strings.ReplaceAll(text, scratch+"/home", "$HOME")
	text = strings.ReplaceAll(text, root, "$ROOT")
	text = pathOfName.ReplaceAllString(text, "- at '$$PATH': invalid propertyName")
	text = timeOfDebugLine.ReplaceAllString(text, "$$TIME")
	text = timeInName.ReplaceAllString(text, "simple-$$UNIX")
	text = lintFolder.ReplaceAllString(text, "$$LINT")
	return sortWarnings(stackTrace.ReplaceAllString(text, ""))
}

// sortWarnings sorts lines that follow each other and that Go gives in random order: it walks maps of values.
func sortWarnings(text string) string {
	lines := strings.SplitAfter(text, "\n")
	isWarning := func(line string) bool {
		return strings.HasPrefix(line, "coalesce.go:") || strings.HasPrefix(line, `level=INFO msg="warning: `)
	}
	for begin := 0; begin < len(lines); begin++ {
		end := begin
		for end < len(lines) && isWarning(lines[end]) {
			end++
		}
		slices.Sort(lines[begin:end])
		begin = max(begin, end-1)
	}
	return strings.Join(lines, "")
}

func recordCli(fixturesDir, snapshotsDir string) error {
	program, err := helmBinary(snapshotsDir)
	if err != nil {
		return err
	}
	root, err := filepath.Abs(filepath.Dir(fixturesDir))
	if err != nil {
		return err
	}
	err = eachFile("cli", ".txt", fixturesDir, snapshotsDir, func(text string) (string, error) {
		cases, err := parseCases(text)
		if err != nil {
			return "", err
		}
		for i, c := range cases {
			parsed, err := parseCall(c.body)
			if err != nil {
				return "", err
			}
			cases[i].body, err = parsed.record(program, root)
			if err != nil {
				return "", fmt.Errorf("%s: %w", c.name, err)
			}
		}
		return formatCases(cases), nil
	})
	if err != nil {
		return err
	}
	return writeHelmOracle(filepath.Join(snapshotsDir, "cli"), program, "ARGUMENTS, in the root of the workspace")
}

// recordAgentEnv renders charts/agent-env with each values file: NAME.yaml is what is printed, NAME.err why nothing is.
func recordAgentEnv(fixturesDir, snapshotsDir string) error {
	program, err := helmBinary(snapshotsDir)
	if err != nil {
		return err
	}
	root, err := filepath.Abs(filepath.Dir(fixturesDir))
	if err != nil {
		return err
	}
	out := filepath.Join(snapshotsDir, "agent-env")
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	paths, err := filepath.Glob(filepath.Join(fixturesDir, "agent-env", "*.yaml"))
	if err != nil {
		return err
	}
	flags := []string{"--namespace", "evals", "--kube-version", "1.34.0"}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		values := "fixtures/agent-env/" + name + ".yaml"
		command := exec.Command(program, append([]string{"template", "my-release", "charts/agent-env", "-f", values}, flags...)...)
		command.Dir = root
		command.Env = []string{"HOME=/nonexistent", "PATH=/usr/bin:/bin"}
		var stdout, stderr bytes.Buffer
		command.Stdout, command.Stderr = &stdout, &stderr
		file, text := name+".yaml", &stdout
		if err := command.Run(); err != nil {
			file, text = name+".err", &stderr
		}
		if err := writeFile(filepath.Join(out, file), normalise(text.String(), root, "$TMP")); err != nil {
			return err
		}
	}
	return writeHelmOracle(out, program, "template my-release charts/agent-env -f FILE "+strings.Join(flags, " "))
}

// writeHelmOracle notes in dir which Helm made the snapshots there, and with which arguments.
func writeHelmOracle(dir, program, arguments string) error {
	version, err := exec.Command(program, "version").Output()
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "ORACLE"), string(version)+"helm "+arguments+"\n")
}
