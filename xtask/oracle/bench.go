package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	chart4 "helm.sh/helm/v4/pkg/chart/v2"
	loader4 "helm.sh/helm/v4/pkg/chart/v2/loader"
	util4 "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
)

// The other half of `cargo xtask bench`: renders in one process, by Helm 4's own packages.
//
//	oracle bench install  CHART VALUES MILLISECONDS
//	oracle bench engine   CHART VALUES MILLISECONDS
//	oracle bench releases CHART VALUES N
//	oracle bench version
//
// A chart is loaded once; VALUES is the path of a values file, or empty. What is timed: for install, a dry run of
// action.Install without a cluster, from values to ordered objects and their text; for engine, ToRenderValues and
// engine.Render. Both repeat for that many milliseconds. For releases, N dry runs with different values on all cores,
// the values read before. Printed is one line of JSON.

// benchKubeVersion is what charts see of the cluster.
const benchKubeVersion = "1.34.0"

// benchWarmUp is how long renders go untimed.
const benchWarmUp = 100 * time.Millisecond

// timing is what a measurement prints: totals for all renders.
type timing struct {
	Renders int   `json:"renders"`
	WallNs  int64 `json:"wall_ns"`
	CPUNs   int64 `json:"cpu_ns"`
}

func bench(arguments []string) error {
	if len(arguments) == 1 && arguments[0] == "version" {
		fmt.Println(moduleVersion("helm.sh/helm/v4"))
		return nil
	}
	if len(arguments) != 4 {
		return fmt.Errorf("usage: oracle bench install|engine|releases CHART VALUES MILLISECONDS|N")
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	mode, chartPath := arguments[0], arguments[1]
	values := ""
	if path := arguments[2]; path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		values = string(text)
	}
	amount, err := strconv.Atoi(arguments[3])
	if err != nil {
		return err
	}
	var result timing
	switch mode {
	case "install":
		result, err = benchInstall(chartPath, values, time.Duration(amount)*time.Millisecond)
	case "engine":
		result, err = benchEngine(chartPath, values, time.Duration(amount)*time.Millisecond)
	case "releases":
		result, err = benchReleases(chartPath, values, amount)
	default:
		err = fmt.Errorf("no measurement %s", mode)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

// benchValues reads the values of release number i: those of all, with another image.
func benchValues(text string, number int) (map[string]any, error) {
	text = strings.ReplaceAll(text, "ubuntu:24.04", fmt.Sprintf("ubuntu:24.04-%d", number))
	return loader4.LoadValues(strings.NewReader(text))
}

// dryRun renders a release as `helm template` does, up to its text.
func dryRun(name string, chart *chart4.Chart, values map[string]any) error {
	version, err := common.ParseKubeVersion(benchKubeVersion)
	if err != nil {
		return err
	}
	install := action.NewInstall(action.NewConfiguration())
	install.DryRunStrategy = action.DryRunClient
	install.ReleaseName = name
	install.Namespace = "default"
	install.KubeVersion = version
	_, err = install.Run(chart, values)
	return err
}

// repeat times one render until the duration is over.
func repeat(duration time.Duration, render func() error) (timing, error) {
	for begin := time.Now(); time.Since(begin) < benchWarmUp; {
		if err := render(); err != nil {
			return timing{}, err
		}
	}
	runtime.GC()
	result := timing{}
	begin, cpu := time.Now(), cpuTime()
	for time.Since(begin) < duration {
		if err := render(); err != nil {
			return timing{}, err
		}
		result.Renders++
	}
	result.WallNs, result.CPUNs = time.Since(begin).Nanoseconds(), cpuTime()-cpu
	return result, nil
}

func benchInstall(path, text string, duration time.Duration) (timing, error) {
	chart, err := loader4.Load(path)
	if err != nil {
		return timing{}, err
	}
	values, err := benchValues(text, 0)
	if err != nil {
		return timing{}, err
	}
	return repeat(duration, func() error { return dryRun("demo", chart, values) })
}

func benchEngine(path, text string, duration time.Duration) (timing, error) {
	chart, err := loader4.Load(path)
	if err != nil {
		return timing{}, err
	}
	values, err := benchValues(text, 0)
	if err != nil {
		return timing{}, err
	}
	if err := util4.ProcessDependencies(chart, values); err != nil {
		return timing{}, err
	}
	version, err := common.ParseKubeVersion(benchKubeVersion)
	if err != nil {
		return timing{}, err
	}
	capabilities := common.DefaultCapabilities.Copy()
	capabilities.KubeVersion = *version
	options := common.ReleaseOptions{Name: "demo", Namespace: "default", Revision: 1, IsInstall: true}
	return repeat(duration, func() error {
		toRender, err := util.ToRenderValues(chart, values, options, capabilities)
		if err != nil {
			return err
		}
		_, err = engine.Render(chart, toRender)
		return err
	})
}

// benchReleases gives each core a chart of its own, since a dry run changes the chart.
func benchReleases(path, text string, count int) (timing, error) {
	values := make([]map[string]any, count)
	for i := range values {
		var err error
		if values[i], err = benchValues(text, i); err != nil {
			return timing{}, err
		}
	}
	cores := runtime.GOMAXPROCS(0)
	charts := make([]*chart4.Chart, cores)
	for core := range charts {
		var err error
		if charts[core], err = loader4.Load(path); err != nil {
			return timing{}, err
		}
		if err := dryRun("warm-up", charts[core], values[0]); err != nil {
			return timing{}, err
		}
	}
	runtime.GC()
	failures := make([]error, cores)
	var next atomic.Int64
	var group sync.WaitGroup
	begin, cpu := time.Now(), cpuTime()
	for core := range cores {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(count); i = next.Add(1) - 1 {
				if err := dryRun(fmt.Sprintf("r%d", i), charts[core], values[i]); err != nil {
					failures[core] = err
					return
				}
			}
		})
	}
	group.Wait()
	result := timing{Renders: count, WallNs: time.Since(begin).Nanoseconds(), CPUNs: cpuTime() - cpu}
	for _, err := range failures {
		if err != nil {
			return timing{}, err
		}
	}
	return result, nil
}

// cpuTime gives the nanoseconds this process has kept cores busy.
func cpuTime() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}
