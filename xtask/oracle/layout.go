package main

import (
	"fmt"
	"time"
)

func init() {
	domains["layout"] = recordLayout
}

// layoutRow is one layout, with times to show by it or texts to read by it.
type layoutRow struct {
	Layout string `json:"layout"`
	// Times are seconds since 1970, nanoseconds and the name of a zone.
	Times []layoutTime `json:"times"`
	// Texts are read as if clocks were those of Zone.
	Texts []string `json:"texts"`
	Zone  string   `json:"zone"`
}

type layoutTime struct {
	Unix       int64  `json:"unix"`
	Nanosecond int64  `json:"nanosecond"`
	Zone       string `json:"zone"`
}

func recordLayout(fixturesDir, snapshotsDir string) error {
	// Where the recording happens must not show.
	time.Local = time.UTC
	return eachLine("layout", fixturesDir, snapshotsDir, func(row layoutRow) any {
		layout := rawBytes(row.Layout)
		shown := []string{}
		for _, t := range row.Times {
			zone, err := time.LoadLocation(t.Zone)
			if err != nil {
				zone = time.UTC
			}
			shown = append(shown, shownBytes(time.Unix(t.Unix, t.Nanosecond).In(zone).Format(layout)))
		}
		for _, text := range row.Texts {
			zone, err := time.LoadLocation(row.Zone)
			if err != nil {
				zone = time.UTC
			}
			read, err := time.ParseInLocation(layout, rawBytes(text), zone)
			if err != nil {
				shown = append(shown, err.Error())
				continue
			}
			name, offset := read.Zone()
			shown = append(shown, fmt.Sprintf("%d %d %s %d", read.Unix(), read.Nanosecond(), shownBytes(name), offset))
		}
		return shown
	})
}
