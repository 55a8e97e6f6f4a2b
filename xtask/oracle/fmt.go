package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"text/template"
)

func init() {
	domains["fmt"] = recordPrinting
}

// recordPrinting answers the questions of fixtures/fmt.
//
// In verbs.txt a case is a line of verbs, a line of quoted flags and widths, and a value on each line that
// follows: every verb meets every flag and every value. In the other files every line is a call, to which
// the snapshot adds its quoted result, or the word error and the quoted error.
func recordPrinting(fixturesDir, snapshotsDir string) error {
	err := eachFile("fmt", ".txt", fixturesDir, snapshotsDir, func(text string) (string, error) {
		if strings.HasPrefix(text, "--- ") {
			return recordVerbs(text)
		}
		return recordCalls(text)
	})
	if err != nil {
		return err
	}
	return writeOracle(filepath.Join(snapshotsDir, "fmt"))
}

func recordVerbs(text string) (string, error) {
	cases, err := parseCases(text)
	if err != nil {
		return "", err
	}
	for i, c := range cases {
		lines := strings.Split(c.body, "\n")
		if len(lines) < 3 {
			return "", fmt.Errorf("case %s has no values", c.name)
		}
		flags, err := parseValues(lines[1])
		if err != nil {
			return "", err
		}
		var out strings.Builder
		for _, line := range lines[2:] {
			value, rest, err := parseValue(line)
			if err != nil || rest != "" {
				return "", fmt.Errorf("case %s: value %q: %w", c.name, line, err)
			}
			fmt.Fprintf(&out, "%s\n", line)
			for _, verb := range strings.Fields(lines[0]) {
				for _, flag := range flags {
					format := fmt.Sprintf("%%%s%s", flag, verb)
					fmt.Fprintf(&out, "\t%q %q\n", format, fmt.Sprintf(format, value))
				}
			}
		}
		cases[i].body = strings.TrimSuffix(out.String(), "\n")
	}
	return formatCases(cases), nil
}

func recordCalls(text string) (string, error) {
	var out strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, rest, _ := strings.Cut(line, " ")
		args, err := parseValues(rest)
		if err != nil {
			return "", fmt.Errorf("%s: %w", line, err)
		}
		result, err := answer(name, args)
		if err != nil {
			fmt.Fprintf(&out, "%s => error %q\n", line, err.Error())
		} else {
			fmt.Fprintf(&out, "%s => %q\n", line, result)
		}
	}
	return out.String(), nil
}

// answer calls a function of strconv, or fmt, or a builtin of text/template.
func answer(name string, args []any) (string, error) {
	text := func(i int) string { return args[i].(string) }
	number := func(i int) int { return args[i].(int) }
	switch name {
	case "FormatFloat":
		return formatFloats(args[0].(float64)), nil
	case "ParseFloat":
		return shown(strconv.ParseFloat(text(0), 64))
	case "ParseInt":
		return shown(strconv.ParseInt(text(0), number(1), number(2)))
	case "ParseUint":
		return shown(strconv.ParseUint(text(0), number(1), number(2)))
	case "ParseBool":
		return shown(strconv.ParseBool(text(0)))
	case "Atoi":
		return shown(strconv.Atoi(text(0)))
	case "Quote":
		return strconv.Quote(text(0)), nil
	case "QuoteToASCII":
		return strconv.QuoteToASCII(text(0)), nil
	case "QuoteRune":
		return strconv.QuoteRune(args[0].(int32)), nil
	case "QuoteRuneToASCII":
		return strconv.QuoteRuneToASCII(args[0].(int32)), nil
	case "Unquote":
		return strconv.Unquote(text(0))
	case "UnquoteChar":
		value, multibyte, tail, err := strconv.UnquoteChar(text(0), text(1)[0])
		return fmt.Sprintf("%d %t %s", value, multibyte, tail), err
	case "IsPrint":
		return printable(), nil
	case "Sprintf":
		return fmt.Sprintf(text(0), args[1:]...), nil
	case "Sprint":
		return fmt.Sprint(args...), nil
	case "Sprintln":
		return fmt.Sprintln(args...), nil
	case "DeepEqual":
		return strconv.FormatBool(reflect.DeepEqual(args[0], args[1])), nil
	case "IsTrue":
		truth, _ := template.IsTrue(args[0])
		return strconv.FormatBool(truth), nil
	}
	return callBuiltin(name, args)
}

// floatForms are the formats and precisions in which each float is shown.
var floatForms = []struct {
	format    byte
	precision int
}{
	{'e', -1}, {'f', -1}, {'g', -1}, {'G', -1}, {'b', -1}, {'x', -1}, {'X', -1}, {'e', 0}, {'E', 3}, {'f', 0},
	{'f', 1}, {'f', 3}, {'g', 0}, {'g', 3}, {'g', 17}, {'e', 25}, {'f', 25}, {'x', 0}, {'x', 2}, {'X', 20},
}

func formatFloats(x float64) string {
	var texts []string
	for _, form := range floatForms {
		texts = append(texts, strconv.FormatFloat(x, form.format, form.precision, 64))
	}
	return strings.Join(texts, " ")
}

// shown gives a parsed number as text. Beside an error stands what was returned with it.
func shown[T any](value T, err error) (string, error) {
	if err != nil {
		return "", fmt.Errorf("%w; %v", err, value)
	}
	return fmt.Sprint(value), nil
}

// callBuiltin calls a function from within a template; what it returns is printed by %T and %#v.
func callBuiltin(name string, args []any) (string, error) {
	var source strings.Builder
	fmt.Fprintf(&source, "{{ $result := %s", name)
	for i := range args {
		fmt.Fprintf(&source, " (index . %d)", i)
	}
	source.WriteString(` }}{{ printf "%T %#v" $result $result }}`)
	output, err := executeTemplate("call", nil, source.String(), args)
	if err != nil {
		_, reason, found := strings.Cut(err.Error(), "error calling "+name+": ")
		if !found {
			return "", err
		}
		return "", errors.New(reason)
	}
	return output, nil
}

// printable lists the runs of runes that strconv.IsPrint accepts.
func printable() string {
	var runs []string
	start := rune(-1)
	for r := rune(0); r <= 0x110000; r++ {
		switch is := r <= 0x10ffff && strconv.IsPrint(r); {
		case is && start < 0:
			start = r
		case !is && start >= 0:
			runs = append(runs, fmt.Sprintf("%x-%x", start, r-1))
			start = -1
		}
	}
	return strings.Join(runs, " ")
}
