package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

func init() { domains["cli"] = recordCli }

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
// stands on standard input. The variable IN names folders, as in
// IN=fixtures/cli/{a,b}: the call is made in a folder that has copies of them.
type call struct {
	folder      string
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
		if folder, ok := strings.CutPrefix(words[0], "IN="); ok {
			parsed.folder = folder
		} else {
			parsed.environment = append(parsed.environment, words[0])
		}
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
	inScratch := func(words []string) []string {
		replaced := make([]string, len(words))
		for i, word := range words {
			replaced[i] = strings.ReplaceAll(word, "$TMP", scratch+"/tmp")
		}
		return replaced
	}
	command := exec.Command(program, inScratch(c.arguments)...)
	command.Dir = root
	var before map[string]string
	if c.folder != "" {
		command.Dir = scratch + "/tmp"
		if before, err = copyFolders(filepath.Join(root, c.folder), command.Dir); err != nil {
			return "", err
		}
	}
	command.Env = append([]string{"HOME=" + scratch + "/home", "PATH=/usr/bin:/bin", "TMPDIR=" + os.TempDir()}, inScratch(c.environment)...)
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
	files, err := listFiles(scratch+"/tmp", before)
	if err != nil {
		return "", err
	}
	return normalise(text+files, root, scratch), nil
}

// copyFolders copies files and links of FOLDER/{a,b}, and gives what each file holds. In text, $TMP becomes the path of
// the copy.
func copyFolders(folders, to string) (map[string]string, error) {
	from, names, ok := strings.Cut(strings.TrimSuffix(folders, "}"), "/{")
	if !ok {
		return nil, fmt.Errorf("no folders: %s", folders)
	}
	held := map[string]string{}
	for name := range strings.SplitSeq(names, ",") {
		if err := copyFolder(from, to, name, held); err != nil {
			return nil, err
		}
	}
	return held, nil
}

func copyFolder(from, to, folder string, held map[string]string) error {
	return filepath.WalkDir(filepath.Join(from, folder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path, from)
		switch {
		case entry.IsDir():
			return os.MkdirAll(to+name, 0o755)
		case entry.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(target, to+name)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !isArchive(name) {
			data = bytes.ReplaceAll(data, []byte("$TMP"), []byte(to))
		}
		held[name] = string(data)
		return os.WriteFile(to+name, data, 0o644)
	})
}

func isArchive(name string) bool {
	return strings.HasSuffix(name, ".tgz")
}

// listFiles gives every file below a folder with what it holds, but for those that hold what they held before; then
// those that are gone.
func listFiles(folder string, before map[string]string) (string, error) {
	var text strings.Builder
	gone := maps.Clone(before)
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name := strings.TrimPrefix(path, folder)
		delete(gone, name)
		if before != nil && entry.Type()&fs.ModeSymlink != 0 {
			return nil
		}
		data, err := os.ReadFile(path)
		if held, ok := before[name]; err != nil || ok && held == string(data) {
			return err
		}
		if before != nil && isArchive(name) {
			entries, err := listArchive(data)
			fmt.Fprintf(&text, "\n-- archive %s --\n%s-- end --", name, entries)
			return err
		}
		fmt.Fprintf(&text, "\n-- file %s --\n%s-- end --", name, maskLock(string(data), folder))
		return nil
	})
	for _, name := range slices.Sorted(maps.Keys(gone)) {
		fmt.Fprintf(&text, "\n-- gone %s --", name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return text.String(), err
}

// listArchive gives the comment of an archive, and the entries by name with mode, size and time; of what Helm writes
// itself, the text, too.
func listArchive(data []byte) (string, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	var entries []string
	archive := tar.NewReader(unzipped)
	for {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			return "", err
		}
		var text strings.Builder
		fmt.Fprintf(&text, "%s %o %d %s\n", header.Name, header.Mode, header.Size, maskPresent(header.ModTime))
		if base := filepath.Base(header.Name); base == "Chart.yaml" || base == "Chart.lock" {
			for line := range strings.Lines(string(content)) {
				fmt.Fprintf(&text, "| %s", line)
			}
		}
		entries = append(entries, text.String())
	}
	slices.Sort(entries)
	return unzipped.Comment + "\n" + strings.Join(entries, ""), nil
}

// maskPresent gives a time, or $NOW for one of these days.
func maskPresent(when time.Time) string {
	if time.Since(when).Abs() < 24*time.Hour {
		return "$NOW"
	}
	return when.UTC().Format(time.RFC3339)
}

// maskLock takes out of a lock when it was made, and the digest of a path in scratch.
func maskLock(text, folder string) string {
	text = generatedLine.ReplaceAllStringFunc(text, func(line string) string {
		when, err := time.Parse(time.RFC3339, generatedLine.FindStringSubmatch(line)[1])
		if err != nil {
			return line
		}
		return `generated: "` + maskPresent(when) + `"`
	})
	if strings.Contains(text, folder) {
		text = digestLine.ReplaceAllString(text, "digest: $$DIGEST")
	}
	return text
}

var (
	timeOfDebugLine = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000 UTC m=\+\d+\.\d+`)
	// The path is that of any other value: Go's schema library reuses it.
	pathOfName    = regexp.MustCompile(`- at '[^']*': invalid propertyName`)
	timeInName    = regexp.MustCompile(`simple-\d{10}\b`)
	lintFolder    = regexp.MustCompile(`[^ ("=]*/helm-lint\d+`)
	generatedLine = regexp.MustCompile(`generated: "([^"]*)"`)
	digestLine    = regexp.MustCompile(`digest: sha256:[0-9a-f]{64}`)
	processFolder = regexp.MustCompile(`tmpcharts-\d+`)
	stackTrace    = regexp.MustCompile(`(?m)^(main|runtime|helm\.sh|github\.com|k8s\.io)[^ \n]*\n\t.*\n`)
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
	text = processFolder.ReplaceAllString(text, "tmpcharts-$$PID")
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

// writeHelmOracle notes in dir which Helm made the snapshots there, and with which arguments.
func writeHelmOracle(dir, program, arguments string) error {
	version, err := exec.Command(program, "version").Output()
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "ORACLE"), string(version)+"helm "+arguments+"\n")
}
