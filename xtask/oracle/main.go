// Oracle records what Go, and the Go libraries Helm is made of, say about the cases in fixtures/.
//
//	go run . DOMAIN FIXTURES SNAPSHOTS
//	go run . bench …                    (see bench.go)
//	go run . serve FIXTURES             (see serve.go)
//
// FIXTURES is the folder of all inputs (fixtures), SNAPSHOTS the folder of one oracle (snapshots/go-1.26).
// A domain reads FIXTURES/DOMAIN and writes SNAPSHOTS/DOMAIN under the same names, with a file ORACLE that
// says which program spoke.
package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// domains are the recorders by name; each file of this package adds its own in init.
var domains = map[string]func(fixturesDir, snapshotsDir string) error{}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "bench" {
		if err := bench(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "oracle:", err)
			os.Exit(1)
		}
		return
	}
	if len(os.Args) == 3 && os.Args[1] == "serve" {
		if err := serve(os.Args[2], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "oracle:", err)
			os.Exit(1)
		}
		return
	}
	if len(os.Args) != 4 || domains[os.Args[1]] == nil {
		names := strings.Join(slices.Sorted(maps.Keys(domains)), " ")
		fmt.Fprintf(os.Stderr, "usage: oracle DOMAIN FIXTURES SNAPSHOTS, or oracle serve FIXTURES\ndomains: %s\n", names)
		os.Exit(2)
	}
	if err := domains[os.Args[1]](os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

// writeOracle notes in dir which Go, and which versions of the named modules, made the snapshots there.
func writeOracle(dir string, modules ...string) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n", runtime.Version())
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if slices.Contains(modules, dep.Path) {
				fmt.Fprintf(&text, "%s %s\n", dep.Path, dep.Version)
			}
		}
	}
	return writeFile(filepath.Join(dir, "ORACLE"), text.String())
}

// moduleVersion gives the version of a module this program is made of.
func moduleVersion(path string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == path {
				return dep.Version
			}
		}
	}
	return ""
}

// writeFile writes a snapshot and makes the folders above it.
func writeFile(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

// eachFile gives every file of FIXTURES/domain with the given ending to record, and writes what it returns.
func eachFile(domain, ending, fixturesDir, snapshotsDir string, record func(text string) (string, error)) error {
	paths, err := filepath.Glob(filepath.Join(fixturesDir, domain, "*"+ending))
	if err != nil {
		return err
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		snapshot, err := record(string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := writeFile(filepath.Join(snapshotsDir, domain, filepath.Base(path)), snapshot); err != nil {
			return err
		}
	}
	return nil
}
