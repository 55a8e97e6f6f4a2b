package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// caseTimeout is how long one case may take; the process ends after one that takes longer.
const caseTimeout = 2 * time.Second

// request is one case to record: the text of a file of fixtures, without the file.
type request struct {
	Domain string `json:"domain"`
	// Oracle is a folder of snapshots: helm-4.3, helm-3.22 or go-1.26.
	Oracle string `json:"oracle"`
	Text   string `json:"text"`
}

// response is the text of the snapshot, bytes that are no UTF-8 as U+F780 to U+F7FF; or why there is none.
type response struct {
	Text  string `json:"text"`
	Error string `json:"error,omitempty"`
}

// serve answers each line of requests with a line: what the recorder of the domain would write.
func serve(fixturesDir string, requests io.Reader, responses io.Writer) error {
	// Where the recording happens must not show.
	time.Local = time.UTC
	values, err := os.ReadFile(filepath.Join(fixturesDir, "functions", "values.yaml"))
	if err != nil {
		return err
	}
	lines := bufio.NewReaderSize(requests, 1<<16)
	out := bufio.NewWriterSize(responses, 1<<16)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return out.Flush()
		}
		if err != nil {
			return err
		}
		var asked request
		if err := json.Unmarshal(line, &asked); err != nil {
			return err
		}
		answer, late := answerInTime(asked, values)
		if err := encoder.Encode(answer); err != nil {
			return err
		}
		if late || lines.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		if late {
			return fmt.Errorf("a case of %s took more than %s", asked.Domain, caseTimeout)
		}
	}
}

// answerInTime answers one request, and tells whether it took too long.
func answerInTime(asked request, values []byte) (response, bool) {
	done := make(chan response, 1)
	go func() {
		defer func() {
			if reason := recover(); reason != nil {
				done <- response{Error: fmt.Sprint("panic: ", reason)}
			}
		}()
		log.SetOutput(io.Discard)
		slog.SetDefault(slog.New(slog.DiscardHandler))
		text, err := snapshotOf(asked, values)
		if err != nil {
			done <- response{Error: err.Error()}
			return
		}
		done <- response{Text: shownBytes(text)}
	}()
	timer := time.NewTimer(caseTimeout)
	defer timer.Stop()
	select {
	case answer := <-done:
		return answer, false
	case <-timer.C:
		return response{Error: "timeout"}, true
	}
}

// snapshotOf records one file of fixtures.
func snapshotOf(asked request, values []byte) (string, error) {
	is3 := asked.Oracle == "helm-3.22"
	switch asked.Domain {
	case "fmt":
		return recordCalls(asked.Text)
	case "functions":
		return renderCases(asked.Oracle, asked.Text, values)
	case "gotmpl":
		return executeCases(asked.Text, executeTemplate)
	case "helmignore":
		return ignoreCases(asked.Oracle, asked.Text)
	case "json":
		return recordJSONCases(asked.Text)
	case "render":
		return renderChart(asked.Oracle, asked.Text)
	case "values/dependencies":
		return processValues(asked.Oracle, asked.Text)
	case "values/schema":
		return checkSections(is3, asked.Text)
	case "values/semver":
		return judgeVersions(asked.Text)
	case "values/set":
		return setLines(is3, asked.Text)
	case "values/sources":
		return mergeSources(is3, asked.Text)
	case "yaml/read":
		return readYAMLCases(asked.Text, 1)
	case "yaml/write":
		return writeYAMLCases(asked.Text, 1)
	}
	return "", fmt.Errorf("no domain %s is served", asked.Domain)
}
