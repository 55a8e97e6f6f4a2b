package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	loader3 "helm.sh/helm/v3/pkg/chart/loader"
	util3 "helm.sh/helm/v3/pkg/chartutil"
	engine3 "helm.sh/helm/v3/pkg/engine"
	sort3 "helm.sh/helm/v3/pkg/releaseutil"
	"helm.sh/helm/v4/pkg/chart/common"
	util4 "helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	loader4 "helm.sh/helm/v4/pkg/chart/v2/loader"
	dependencies4 "helm.sh/helm/v4/pkg/chart/v2/util"
	engine4 "helm.sh/helm/v4/pkg/engine"
	sort4 "helm.sh/helm/v4/pkg/release/v1/util"
)

func init() {
	domains["render"] = recordRender
}

// recordRender renders the charts of FIXTURES/render/*.txt, one "-- path --" section per file and the user's values in
// user.yaml, and writes the manifests and hooks in the order of installation, then the notes; or the failure.
func recordRender(fixturesDir, snapshotsDir string) error {
	time.Local = time.UTC
	err := eachFile("render", ".txt", fixturesDir, snapshotsDir, func(text string) (string, error) {
		return renderChart(filepath.Base(snapshotsDir), text)
	})
	if err != nil {
		return err
	}
	return writeOracle(filepath.Join(snapshotsDir, "render"), "helm.sh/helm/v3", "helm.sh/helm/v4")
}

// renderChart renders the chart of one case.
func renderChart(oracle, text string) (string, error) {
	files := sections(text)
	user := map[string]any{}
	if err := yaml.Unmarshal([]byte(files["user.yaml"]), &user); err != nil {
		return "", err
	}
	delete(files, "user.yaml")
	render := renderAll4
	if oracle == "helm-3.22" {
		render = renderAll3
	}
	out, err := render(files, user)
	if err != nil {
		return fmt.Sprintf("error: %v\n", err), nil
	}
	return out, nil
}

func renderAll4(files map[string]string, user map[string]any) (string, error) {
	var list []*archive.BufferedFile
	for _, name := range slices.Sorted(maps.Keys(files)) {
		list = append(list, &archive.BufferedFile{Name: name, Data: []byte(files[name])})
	}
	chart, err := loader4.LoadFiles(list)
	if err != nil {
		return "", err
	}
	if err := dependencies4.ProcessDependencies(chart, user); err != nil {
		return "", fmt.Errorf("chart dependencies processing failed: %w", err)
	}
	version, err := common.ParseKubeVersion(kubeVersion)
	if err != nil {
		return "", err
	}
	capabilities := *common.DefaultCapabilities
	capabilities.KubeVersion = *version
	// A build with a stamp says its whole version.
	capabilities.HelmVersion.Version = "v4.3.1"
	options := common.ReleaseOptions{Name: "rel", Namespace: "default", Revision: 1, IsInstall: true}
	context, err := util4.ToRenderValues(chart, user, options, &capabilities)
	if err != nil {
		return "", err
	}
	rendered, err := engine4.Render(chart, context)
	if err != nil {
		return "", err
	}
	notes := takeNotes(rendered, chart.Name())
	hooks, manifests, err := sort4.SortManifests(rendered, nil, sort4.InstallOrder)
	if err != nil {
		return "", err
	}
	var out documents
	for _, m := range manifests {
		out.add(m.Name, m.Content)
	}
	for _, h := range hooks {
		out.addHook(h.Path, h.Manifest, fmt.Sprint(h.Events, h.Weight, h.DeletePolicies))
	}
	return out.text(notes), nil
}

func renderAll3(files map[string]string, user map[string]any) (string, error) {
	var list []*loader3.BufferedFile
	for _, name := range slices.Sorted(maps.Keys(files)) {
		list = append(list, &loader3.BufferedFile{Name: name, Data: []byte(files[name])})
	}
	chart, err := loader3.LoadFiles(list)
	if err != nil {
		return "", err
	}
	if err := util3.ProcessDependenciesWithMerge(chart, user); err != nil {
		return "", err
	}
	version, err := util3.ParseKubeVersion(kubeVersion)
	if err != nil {
		return "", err
	}
	capabilities := *util3.DefaultCapabilities
	capabilities.KubeVersion = *version
	capabilities.HelmVersion.Version = "v3.22.0"
	options := util3.ReleaseOptions{Name: "rel", Namespace: "default", Revision: 1, IsInstall: true}
	context, err := util3.ToRenderValues(chart, user, options, &capabilities)
	if err != nil {
		return "", err
	}
	rendered, err := engine3.Render(chart, context)
	if err != nil {
		return "", err
	}
	notes := takeNotes(rendered, chart.Name())
	hooks, manifests, err := sort3.SortManifests(rendered, nil, sort3.InstallOrder)
	if err != nil {
		return "", err
	}
	var out documents
	for _, m := range manifests {
		out.add(m.Name, m.Content)
	}
	for _, h := range hooks {
		out.addHook(h.Path, h.Manifest, fmt.Sprint(h.Events, h.Weight, h.DeletePolicies))
	}
	return out.text(notes), nil
}

// takeNotes takes the notes out of what was rendered, and gives those of the outermost chart.
func takeNotes(rendered map[string]string, chart string) string {
	notes := rendered[chart+"/"+caseTemplate]
	for name := range rendered {
		if strings.HasSuffix(name, "NOTES.txt") {
			delete(rendered, name)
		}
	}
	return notes
}

// documents is the text of helm template, with a line about each hook.
type documents struct {
	manifests, hooks strings.Builder
}

func (d *documents) add(source, content string) {
	fmt.Fprintf(&d.manifests, "---\n# Source: %s\n%s\n", source, content)
}

func (d *documents) addHook(source, content, about string) {
	fmt.Fprintf(&d.hooks, "---\n# Source: %s\n# Hook: %s\n%s\n", source, about, content)
}

func (d *documents) text(notes string) string {
	return fmt.Sprintf("%s%s=== notes\n%s\n", &d.manifests, &d.hooks, notes)
}
