package main

import (
	"bytes"
	"fmt"

	"github.com/BurntSushi/toml"
)

func init() {
	domains["toml"] = recordTOML
}

// tomlRow is a document to read, or else a value to write.
type tomlRow struct {
	Read  *string `json:"read"`
	Write any     `json:"write"`
}

// recordTOML reads and writes as Helm's fromToml and toToml do. A document that was read is shown as it prints,
// and written again, which tells integers from floats and one kind of time from another.
//
// Times without a zone are in that of the machine: record where it is UTC.
func recordTOML(fixturesDir, snapshotsDir string) error {
	return eachLine("toml", fixturesDir, snapshotsDir, func(row tomlRow) any {
		if row.Read == nil {
			return writeTOML(row.Write)
		}
		value := map[string]any{}
		if err := toml.Unmarshal([]byte(rawBytes(*row.Read)), &value); err != nil {
			return map[string]string{"error": shownBytes(err.Error())}
		}
		answer := writeTOML(value)
		answer["value"] = shownBytes(fmt.Sprint(value))
		return answer
	})
}

func writeTOML(value any) map[string]string {
	var out bytes.Buffer
	if err := toml.NewEncoder(&out).Encode(value); err != nil {
		return map[string]string{"error": shownBytes(err.Error())}
	}
	return map[string]string{"toml": shownBytes(out.String())}
}
