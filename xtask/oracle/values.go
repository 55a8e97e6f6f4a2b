package main

import (
	"fmt"
	"strconv"
	"strings"
)

// point is a struct without methods.
type point struct {
	X any
	Y any
}

// label is a struct that prints itself.
type label struct {
	Text string
}

func (l label) String() string { return "label " + l.Text }

// word is a string type without methods.
type word string

// span is an integer type that prints itself.
type span int64

func (s span) String() string { return "span " + strconv.FormatInt(int64(s), 10) }

// values is a named map type, as Helm's common.Values is.
type values map[string]any

// parseValue reads one value as fixtures write it, and gives what follows.
//
//	nil  true  false  int:5  uint8:7  float64:1e21  complex128:1+2i  "text"  bytes"text"  word"text"
//	[any, …]  strings["a"]  ints[1]  nilstrings  nilbytes  nillist  {"key": any}  smap{"key": "text"}
//	values{"key": any}  span:15  point{any, any}  &point{any, any}  label"text"  &label"text"
func parseValue(text string) (any, string, error) {
	end := strings.IndexAny(text, "\"[{, ]}")
	if end < 0 {
		end = len(text)
	}
	head, rest := text[:end], text[end:]
	if kind, number, ok := strings.Cut(head, ":"); ok {
		value, err := parseNumber(kind, number)
		return value, rest, err
	}
	switch head {
	case "nil":
		return nil, rest, nil
	case "true", "false":
		return head == "true", rest, nil
	case "nilstrings":
		return []string(nil), rest, nil
	case "nilbytes":
		return []byte(nil), rest, nil
	case "nillist":
		return []any(nil), rest, nil
	case "", "bytes", "word", "label", "&label":
		if strings.HasPrefix(rest, `"`) {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return nil, "", err
			}
			text, err := strconv.Unquote(quoted)
			return map[string]any{
				"": text, "bytes": []byte(text), "word": word(text), "label": label{text}, "&label": &label{text},
			}[head], rest[len(quoted):], err
		}
	}
	if rest == "" {
		return nil, "", fmt.Errorf("not a value: %q", text)
	}
	if rest[0] == '{' && !strings.HasSuffix(head, "point") {
		return parseMap(head, rest[1:])
	}
	items := []any{}
	for rest = rest[1:]; !strings.HasPrefix(rest, "]") && !strings.HasPrefix(rest, "}"); {
		item, after, err := parseValue(rest)
		if err != nil {
			return nil, "", err
		}
		items = append(items, item)
		rest = strings.TrimPrefix(after, ", ")
	}
	value, err := sequence(head, items)
	return value, rest[1:], err
}

func parseMap(head, rest string) (any, string, error) {
	entries := map[string]any{}
	texts := map[string]string{}
	for !strings.HasPrefix(rest, "}") {
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return nil, "", err
		}
		key, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, "", err
		}
		item, after, err := parseValue(strings.TrimPrefix(rest[len(quoted):], ": "))
		if err != nil {
			return nil, "", err
		}
		entries[key] = item
		texts[key], _ = item.(string)
		rest = strings.TrimPrefix(after, ", ")
	}
	switch head {
	case "":
		return entries, rest[1:], nil
	case "smap":
		return texts, rest[1:], nil
	case "values":
		return values(entries), rest[1:], nil
	}
	return nil, "", fmt.Errorf("not a map: %q", head)
}

func sequence(head string, items []any) (any, error) {
	switch head {
	case "":
		return items, nil
	case "point":
		return point{items[0], items[1]}, nil
	case "&point":
		return &point{items[0], items[1]}, nil
	case "strings":
		texts := []string{}
		for _, item := range items {
			texts = append(texts, item.(string))
		}
		return texts, nil
	case "ints":
		numbers := []int{}
		for _, item := range items {
			numbers = append(numbers, item.(int))
		}
		return numbers, nil
	}
	return nil, fmt.Errorf("not a sequence: %q", head)
}

func parseNumber(kind, text string) (any, error) {
	switch kind {
	case "float64":
		return strconv.ParseFloat(text, 64)
	case "complex128":
		return strconv.ParseComplex(text, 128)
	}
	if strings.HasPrefix(kind, "uint") {
		n, err := strconv.ParseUint(text, 10, 64)
		return map[string]any{
			"uint": uint(n), "uint8": uint8(n), "uint16": uint16(n), "uint32": uint32(n), "uint64": n,
		}[kind], err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return map[string]any{
		"int": int(n), "int8": int8(n), "int16": int16(n), "int32": int32(n), "int64": n, "span": span(n),
	}[kind], err
}

// parseValues reads values with a space between them.
func parseValues(text string) ([]any, error) {
	args := []any{}
	for text != "" {
		arg, rest, err := parseValue(text)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
		text = strings.TrimPrefix(rest, " ")
	}
	return args, nil
}
