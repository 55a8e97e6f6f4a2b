package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	chart3 "helm.sh/helm/v3/pkg/chart"
	util3 "helm.sh/helm/v3/pkg/chartutil"
	engine3 "helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v4/pkg/chart/common"
	util4 "helm.sh/helm/v4/pkg/chart/common/util"
	chart4 "helm.sh/helm/v4/pkg/chart/v2"
	engine4 "helm.sh/helm/v4/pkg/engine"
	"sigs.k8s.io/yaml"
)

// functions records what templates give that call Helm's functions: each case of FIXTURES/functions/*.txt is the
// only template of a chart whose values are FIXTURES/functions/values.yaml, so that no case sees another's changes.
// A case that fails is recorded with the word `error` and the engine's text. The last element of SNAPSHOTS says
// which Helm is asked.
func init() {
	domains["functions"] = recordFunctions
}

// caseTemplate is the path of the template inside its chart: notes need not be a manifest.
const caseTemplate = "templates/NOTES.txt"

// kubeVersion is the version of Kubernetes that all recordings assume.
const kubeVersion = "1.34.0"

func recordFunctions(fixturesDir, snapshotsDir string) error {
	// Where the recording happens must not show; the local zone is still not UTC itself.
	time.Local = time.FixedZone("UTC", 0)
	values, err := os.ReadFile(filepath.Join(fixturesDir, "functions", "values.yaml"))
	if err != nil {
		return err
	}
	err = eachFile("functions", ".txt", fixturesDir, snapshotsDir, func(text string) (string, error) {
		return renderCases(filepath.Base(snapshotsDir), text, values)
	})
	if err != nil {
		return err
	}
	return writeOracle(filepath.Join(snapshotsDir, "functions"), "helm.sh/helm/v3", "helm.sh/helm/v4", "github.com/Masterminds/sprig/v3")
}

// renderCases renders each case of a file.
func renderCases(oracle, text string, values []byte) (string, error) {
	render := renderWithHelm4
	if oracle == "helm-3.22" {
		render = renderWithHelm3
	}
	cases, err := parseCases(text)
	if err != nil {
		return "", err
	}
	for i, c := range cases {
		out, err := render(c.body, values)
		if err != nil {
			out = err.Error()
			cases[i].words = append(c.words, "error")
		}
		cases[i].body = out
	}
	return formatCases(cases), nil
}

func renderWithHelm4(template string, values []byte) (string, error) {
	defaults := map[string]any{}
	if err := yaml.Unmarshal(values, &defaults); err != nil {
		return "", err
	}
	chart := &chart4.Chart{
		Metadata:  &chart4.Metadata{APIVersion: "v2", Name: "functions", Version: "0.1.0"},
		Values:    defaults,
		Templates: []*common.File{{Name: caseTemplate, Data: []byte(template)}},
	}
	options := common.ReleaseOptions{Name: "release", Namespace: "default", Revision: 1, IsInstall: true}
	kubeVersion, err := common.ParseKubeVersion(kubeVersion)
	if err != nil {
		return "", err
	}
	capabilities := *common.DefaultCapabilities
	capabilities.KubeVersion = *kubeVersion
	context, err := util4.ToRenderValues(chart, nil, options, &capabilities)
	if err != nil {
		return "", err
	}
	rendered, err := engine4.Render(chart, context)
	return only(rendered, err)
}

func renderWithHelm3(template string, values []byte) (string, error) {
	defaults := map[string]any{}
	if err := yaml.Unmarshal(values, &defaults); err != nil {
		return "", err
	}
	chart := &chart3.Chart{
		Metadata:  &chart3.Metadata{APIVersion: "v2", Name: "functions", Version: "0.1.0"},
		Values:    defaults,
		Templates: []*chart3.File{{Name: caseTemplate, Data: []byte(template)}},
	}
	options := util3.ReleaseOptions{Name: "release", Namespace: "default", Revision: 1, IsInstall: true}
	kubeVersion, err := util3.ParseKubeVersion(kubeVersion)
	if err != nil {
		return "", err
	}
	capabilities := *util3.DefaultCapabilities
	capabilities.KubeVersion = *kubeVersion
	context, err := util3.ToRenderValues(chart, nil, options, &capabilities)
	if err != nil {
		return "", err
	}
	rendered, err := engine3.Render(chart, context)
	return only(rendered, err)
}

// only gives the one file that was rendered.
func only(rendered map[string]string, err error) (string, error) {
	if err != nil {
		return "", err
	}
	out, ok := rendered["functions/"+caseTemplate]
	if !ok {
		return "", fmt.Errorf("nothing was rendered at %s", caseTemplate)
	}
	return out, nil
}
