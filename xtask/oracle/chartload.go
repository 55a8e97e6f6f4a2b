package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	chart3 "helm.sh/helm/v3/pkg/chart"
	load3 "helm.sh/helm/v3/pkg/chart/loader"
	load4 "helm.sh/helm/v4/pkg/chart/loader"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chart4 "helm.sh/helm/v4/pkg/chart/v2"
	files4 "helm.sh/helm/v4/pkg/chart/v2/loader"
)

// chart-load records what Helm's loaders make of charts: a folder of FIXTURES/charts each, and the cases of
// FIXTURES/chart-load/*.json, which are built here: a list of files, an archive of entries, or a file of bytes.
// The last element of SNAPSHOTS says which Helm is asked.
func init() {
	domains["chart-load"] = recordChartLoad
}

// loadCase is one case of a file of fixtures/chart-load.
type loadCase struct {
	// Files are loaded as they are.
	Files []loadFile `json:"files"`
	// Entries are packed and loaded, from a file and from a stream.
	Entries []loadEntry `json:"entries"`
	// Folder is written out and loaded as a folder.
	Folder []loadEntry `json:"folder"`
	// Truncate takes bytes from the end of the archive.
	Truncate int `json:"truncate"`
	// Bytes are loaded as a file instead of an archive, and Zeros bytes behind them.
	Bytes *string `json:"bytes"`
	Zeros int     `json:"zeros"`
	// File is the name of the file; chart.tgz without it.
	File string `json:"file"`
}

type loadFile struct {
	Name string `json:"name"`
	Data string `json:"data"`
}

type loadEntry struct {
	Name string `json:"name"`
	Data string `json:"data"`
	// Zeros follow the data.
	Zeros int `json:"zeros"`
	// Archive is packed and takes the place of the data.
	Archive []loadEntry `json:"archive"`
	// Type is the character of tar's type flag, a regular file without it; in a folder, 2 is a symbolic link to Data,
	// 5 a folder and s a socket.
	Type string `json:"type"`
	// Mode is 0644 without it.
	Mode int64 `json:"mode"`
}

// loadResult is a loaded chart, or why it is none.
type loadResult struct {
	Error    string       `json:"error,omitempty"`
	Chart    *loadedChart `json:"chart,omitempty"`
	Warnings []string     `json:"warnings,omitempty"`
}

type loadedChart struct {
	Metadata  any            `json:"metadata"`
	Lock      any            `json:"lock"`
	Templates []loadFile     `json:"templates"`
	Values    map[string]any `json:"values"`
	Schema    string         `json:"schema"`
	Files     []loadFile     `json:"files"`
	Raw       []string       `json:"raw"`
	// Crds are those of all charts, on the outermost.
	Crds         []string       `json:"crds"`
	Dependencies []*loadedChart `json:"dependencies"`
}

// loaders are the ways one Helm loads a chart.
type loaders struct {
	path   func(path string) (*loadedChart, error)
	stream func(data []byte) (*loadedChart, error)
	files  func(files []loadFile) (*loadedChart, error)
}

var helmLoaders = map[string]loaders{
	"helm-4.3": {
		path: func(path string) (*loadedChart, error) {
			loaded, err := load4.Load(path)
			if err != nil {
				return nil, err
			}
			return describe4(loaded)
		},
		stream: func(data []byte) (*loadedChart, error) {
			loaded, err := load4.LoadArchive(bytes.NewReader(data))
			if err != nil {
				return nil, err
			}
			return describe4(loaded)
		},
		files: func(files []loadFile) (*loadedChart, error) {
			var buffered []*archive.BufferedFile
			for _, f := range files {
				buffered = append(buffered, &archive.BufferedFile{Name: f.Name, Data: []byte(f.Data)})
			}
			loaded, err := files4.LoadFiles(buffered)
			if err != nil {
				return nil, err
			}
			return describe4(loaded)
		},
	},
	"helm-3.22": {
		path: func(path string) (*loadedChart, error) {
			loaded, err := load3.Load(path)
			if err != nil {
				return nil, err
			}
			return describe3(loaded), nil
		},
		stream: func(data []byte) (*loadedChart, error) {
			loaded, err := load3.LoadArchive(bytes.NewReader(data))
			if err != nil {
				return nil, err
			}
			return describe3(loaded), nil
		},
		files: func(files []loadFile) (*loadedChart, error) {
			var buffered []*load3.BufferedFile
			for _, f := range files {
				buffered = append(buffered, &load3.BufferedFile{Name: f.Name, Data: []byte(f.Data)})
			}
			loaded, err := load3.LoadFiles(buffered)
			if err != nil {
				return nil, err
			}
			return describe3(loaded), nil
		},
	},
}

func recordChartLoad(fixturesDir, snapshotsDir string) error {
	use, ok := helmLoaders[filepath.Base(snapshotsDir)]
	if !ok {
		return fmt.Errorf("%s is not a folder of one Helm", snapshotsDir)
	}
	fixturesDir, err := filepath.Abs(fixturesDir)
	if err != nil {
		return err
	}
	out := filepath.Join(snapshotsDir, "chart-load")
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	folders, err := os.ReadDir(filepath.Join(fixturesDir, "charts"))
	if err != nil {
		return err
	}
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		path := filepath.Join(fixturesDir, "charts", folder.Name())
		result := load(fixturesDir, func() (*loadedChart, error) { return use.path(path) })
		if err := writeJSON(filepath.Join(out, "charts", folder.Name()+".json"), result); err != nil {
			return err
		}
	}
	err = eachFile("chart-load", ".json", fixturesDir, snapshotsDir, func(text string) (string, error) {
		var cases map[string]loadCase
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&cases); err != nil {
			return "", err
		}
		results := map[string]any{}
		for name, c := range cases {
			result, err := c.record(use)
			if err != nil {
				return "", fmt.Errorf("%s: %w", name, err)
			}
			results[name] = result
		}
		return indentJSON(results)
	})
	if err != nil {
		return err
	}
	return writeOracle(out, "helm.sh/helm/v3", "helm.sh/helm/v4", "sigs.k8s.io/yaml")
}

// record loads one case; an archive is loaded from a file and from a stream.
func (c loadCase) record(use loaders) (any, error) {
	if c.Files != nil {
		return load("/nowhere", func() (*loadedChart, error) { return use.files(c.Files) }), nil
	}
	if c.Folder != nil {
		return recordFolder(c.Folder, use)
	}
	data, err := pack(c.Entries)
	if err != nil {
		return nil, err
	}
	if c.Bytes != nil {
		data = append([]byte(*c.Bytes), make([]byte, c.Zeros)...)
	}
	data = data[:len(data)-c.Truncate]
	dir, err := os.MkdirTemp("", "chart-load")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := c.File
	if file == "" {
		file = "chart.tgz"
	}
	path := filepath.Join(dir, file)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return nil, err
	}
	return map[string]loadResult{
		"file":   load(dir, func() (*loadedChart, error) { return use.path(path) }),
		"stream": load(dir, func() (*loadedChart, error) { return use.stream(data) }),
	}, nil
}

// recordFolder writes entries below a new folder and loads its folder "x".
func recordFolder(entries []loadEntry, use loaders) (any, error) {
	dir, err := os.MkdirTemp("", "chart-load")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	for _, e := range entries {
		path := filepath.Join(dir, e.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		switch e.Type {
		case "2":
			err = os.Symlink(e.Data, path)
		case "5":
			err = os.Mkdir(path, 0o755)
		case "s":
			var socket net.Listener
			if socket, err = net.Listen("unix", path); err == nil {
				defer socket.Close()
			}
		default:
			if err = os.WriteFile(path, []byte(e.Data), 0o644); err == nil {
				err = os.Truncate(path, int64(len(e.Data)+e.Zeros))
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return load(dir, func() (*loadedChart, error) { return use.path(filepath.Join(dir, "x")) }), nil
}

// load runs one load and notes what Helm logs; root is taken from paths.
func load(root string, run func() (*loadedChart, error)) loadResult {
	var lines []string
	slog.SetDefault(slog.New(lineHandler{&lines}))
	log.SetFlags(0)
	log.SetOutput(lineWriter{&lines})
	chart, err := run()
	result := loadResult{Chart: chart}
	if err != nil {
		return loadResult{Error: strings.ReplaceAll(err.Error(), root+"/", "")}
	}
	for _, line := range lines {
		result.Warnings = append(result.Warnings, strings.ReplaceAll(line, root+"/", ""))
	}
	return result
}

// lineWriter notes what is written by the log package.
type lineWriter struct{ lines *[]string }

func (w lineWriter) Write(text []byte) (int, error) {
	*w.lines = append(*w.lines, strings.TrimSuffix(string(text), "\n"))
	return len(text), nil
}

// lineHandler notes what is logged, the attributes behind the message.
type lineHandler struct{ lines *[]string }

func (lineHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h lineHandler) WithAttrs([]slog.Attr) slog.Handler     { return h }
func (h lineHandler) WithGroup(string) slog.Handler          { return h }
func (h lineHandler) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(attr slog.Attr) bool {
		line += fmt.Sprintf(" %s=%s", attr.Key, attr.Value)
		return true
	})
	*h.lines = append(*h.lines, line)
	return nil
}

func describe4(loaded any) (*loadedChart, error) {
	chart, ok := loaded.(*chart4.Chart)
	if !ok {
		return nil, fmt.Errorf("a chart of another form: %T", loaded)
	}
	described := &loadedChart{Metadata: chart.Metadata, Values: chart.Values, Schema: string(chart.Schema)}
	if chart.Lock != nil {
		described.Lock = chart.Lock
	}
	for _, f := range chart.Templates {
		described.Templates = append(described.Templates, loadFile{f.Name, string(f.Data)})
	}
	for _, f := range chart.Files {
		described.Files = append(described.Files, loadFile{f.Name, string(f.Data)})
	}
	for _, f := range chart.Raw {
		described.Raw = append(described.Raw, f.Name)
	}
	for _, crd := range chart.CRDObjects() {
		described.Crds = append(described.Crds, crd.Name+" "+crd.Filename)
	}
	for _, dependency := range chart.Dependencies() {
		inner, err := describe4(dependency)
		if err != nil {
			return nil, err
		}
		inner.Crds = nil
		described.Dependencies = append(described.Dependencies, inner)
	}
	described.sort(func(chart any) string { return chart.(*chart4.Metadata).Name })
	return described, nil
}

func describe3(chart *chart3.Chart) *loadedChart {
	described := &loadedChart{Metadata: chart.Metadata, Values: chart.Values, Schema: string(chart.Schema)}
	if chart.Lock != nil {
		described.Lock = chart.Lock
	}
	for _, f := range chart.Templates {
		described.Templates = append(described.Templates, loadFile{f.Name, string(f.Data)})
	}
	for _, f := range chart.Files {
		described.Files = append(described.Files, loadFile{f.Name, string(f.Data)})
	}
	for _, f := range chart.Raw {
		described.Raw = append(described.Raw, f.Name)
	}
	for _, crd := range chart.CRDObjects() {
		described.Crds = append(described.Crds, crd.Name+" "+crd.Filename)
	}
	for _, dependency := range chart.Dependencies() {
		inner := describe3(dependency)
		inner.Crds = nil
		described.Dependencies = append(described.Dependencies, inner)
	}
	described.sort(func(chart any) string { return chart.(*chart3.Metadata).Name })
	return described
}

// sort puts what Helm gives in random order into one: the charts of charts/, and so their definitions.
func (c *loadedChart) sort(name func(metadata any) string) {
	slices.SortFunc(c.Dependencies, func(a, b *loadedChart) int {
		return strings.Compare(name(a.Metadata), name(b.Metadata))
	})
	slices.SortStableFunc(c.Crds, func(a, b string) int {
		_, a, _ = strings.Cut(a, " ")
		_, b, _ = strings.Cut(b, " ")
		return strings.Compare(subchartOf(a), subchartOf(b))
	})
}

// subchartOf gives the charts a path goes through, without the file.
func subchartOf(path string) string {
	at := strings.Index(path, "/crds/")
	return path[:at]
}

// pack makes a .tgz of entries.
func pack(entries []loadEntry) ([]byte, error) {
	var packed bytes.Buffer
	zipper := gzip.NewWriter(&packed)
	tarrer := tar.NewWriter(zipper)
	for _, e := range entries {
		data := append([]byte(e.Data), make([]byte, e.Zeros)...)
		if e.Archive != nil {
			inner, err := pack(e.Archive)
			if err != nil {
				return nil, err
			}
			data = inner
		}
		header := &tar.Header{Name: e.Name, Mode: e.Mode, Size: int64(len(data)), Typeflag: tar.TypeReg}
		if header.Mode == 0 {
			header.Mode = int64(fs.FileMode(0o644))
		}
		if e.Type != "" {
			header.Typeflag = e.Type[0]
		}
		switch header.Typeflag {
		case tar.TypeXGlobalHeader:
			header = &tar.Header{Name: e.Name, Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": e.Data}}
			data = nil
		case tar.TypeSymlink, tar.TypeLink:
			header.Linkname, header.Size, data = e.Data, 0, nil
		}
		if err := tarrer.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := tarrer.Write(data); err != nil {
			return nil, err
		}
	}
	if err := tarrer.Close(); err != nil {
		return nil, err
	}
	if err := zipper.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

func writeJSON(path string, value any) error {
	text, err := indentJSON(value)
	if err != nil {
		return err
	}
	return writeFile(path, text)
}

func indentJSON(value any) (string, error) {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(value)
	return text.String(), err
}
