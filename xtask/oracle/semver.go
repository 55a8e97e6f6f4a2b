package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/Masterminds/semver/v3"
)

func init() { domains["semver"] = recordSemver }

// recordSemver reads files of versions, a line "---", and constraints, one per line, and writes how
// each reads and how each constraint judges each version.
func recordSemver(fixturesDir, snapshotsDir string) error {
	if err := eachFile("values/semver", ".txt", fixturesDir, snapshotsDir, judgeVersions); err != nil {
		return err
	}
	return writeOracle(filepath.Join(snapshotsDir, "values/semver"), "github.com/Masterminds/semver/v3")
}

func judgeVersions(text string) (string, error) {
	first, second, _ := strings.Cut(text, "---\n")
	versions := strings.Split(strings.TrimSuffix(first, "\n"), "\n")
	constraints := strings.Split(strings.TrimSuffix(second, "\n"), "\n")
	var out strings.Builder
	var good []*semver.Version
	for _, line := range versions {
		strict, err := semver.StrictNewVersion(line)
		fmt.Fprintf(&out, "strict\t%s\t%s\n", line, said(strict, err))
		version, err := semver.NewVersion(line)
		fmt.Fprintf(&out, "version\t%s\t%s\n", line, said(version, err))
		if err != nil {
			continue
		}
		good = append(good, version)
		fmt.Fprintf(&out, "parts\t%d\t%d\t%d\t%s\t%s\n", version.Major(), version.Minor(), version.Patch(), version.Prerelease(), version.Metadata())
		next := version.IncPatch()
		fmt.Fprintf(&out, "next\t%s\t%s\n", next.String(), next.Original())
	}
	for _, a := range good {
		fmt.Fprintf(&out, "order\t%s\t", a.Original())
		for _, b := range good {
			fmt.Fprintf(&out, "%c", "<=>"[a.Compare(b)+1])
		}
		out.WriteByte('\n')
	}
	for _, line := range constraints {
		constraint, err := semver.NewConstraint(line)
		fmt.Fprintf(&out, "constraint\t%s\t%s\n", line, said(constraint, err))
		if err != nil {
			continue
		}
		for _, version := range good {
			if constraint.Check(version) {
				fmt.Fprintf(&out, "+ %s\n", version.Original())
				continue
			}
			_, reasons := constraint.Validate(version)
			texts := make([]string, len(reasons))
			for i, reason := range reasons {
				texts[i] = reason.Error()
			}
			fmt.Fprintf(&out, "- %s: %s\n", version.Original(), strings.Join(texts, "; "))
		}
	}
	return out.String(), nil
}

func said(value fmt.Stringer, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	return value.String()
}
