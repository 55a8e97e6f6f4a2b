package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	client "k8s.io/client-go/kubernetes/scheme"
)

func init() { domains["deprecations"] = recordDeprecations }

// recordDeprecations writes down every kind that Kubernetes has deprecated: its version and name, the release that
// deprecated it, the one that removed it, and what to use instead. There are no inputs.
func recordDeprecations(_, snapshotsDir string) error {
	// Helm's linter knows the kinds of the client, and none that other packages add to it.
	known := runtime.NewScheme()
	if err := client.AddToScheme(known); err != nil {
		return err
	}
	var lines []string
	for kind := range known.AllKnownTypes() {
		object, err := known.New(kind)
		if err != nil {
			return err
		}
		deprecated, ok := object.(interface{ APILifecycleDeprecated() (int, int) })
		if !ok {
			continue
		}
		major, minor := deprecated.APILifecycleDeprecated()
		if major == 0 && minor == 0 {
			continue
		}
		line := fmt.Sprintf("%s %s %d.%d", kind.GroupVersion(), kind.Kind, major, minor)
		removed, ok := object.(interface{ APILifecycleRemoved() (int, int) })
		major, minor = 0, 0
		if ok {
			major, minor = removed.APILifecycleRemoved()
		}
		line += fmt.Sprintf(" %d.%d", major, minor)
		if replaced, ok := object.(interface {
			APILifecycleReplacement() schema.GroupVersionKind
		}); ok && !replaced.APILifecycleReplacement().Empty() {
			replacement := replaced.APILifecycleReplacement()
			line += fmt.Sprintf(" %s %s", replacement.GroupVersion(), replacement.Kind)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	out := filepath.Join(snapshotsDir, "deprecations")
	if err := writeFile(filepath.Join(out, "kinds.txt"), strings.Join(lines, "\n")+"\n"); err != nil {
		return err
	}
	return writeOracle(out, "k8s.io/api")
}
