package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/admission"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

func init() {
	domains["pod-security"] = recordPodSecurity
}

// newestStandard is the newest version of the standards that the library knows.
const newestStandard = 37

// recordPodSecurity judges every object of fixtures/pod-security by both levels, in every version of the standards.
//
// The snapshot has the name of each object, then a line for each level and each range of versions that say the same.
func recordPodSecurity(fixturesDir, snapshotsDir string) error {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return err
	}
	record := func(text string) (string, error) {
		var out strings.Builder
		for _, document := range strings.Split(text, "\n---\n") {
			name, metadata, spec, err := podOf([]byte(document))
			if err != nil {
				return "", fmt.Errorf("%w in %s", err, document)
			}
			fmt.Fprintf(&out, "%s\n", name)
			for _, level := range []api.Level{api.LevelBaseline, api.LevelRestricted} {
				first, said := 0, ""
				for minor := 0; minor <= newestStandard+1; minor++ {
					verdict := ""
					if minor <= newestStandard {
						standard := api.LevelVersion{Level: level, Version: api.MajorMinorVersion(1, minor)}
						verdict = "allowed"
						result := policy.AggregateCheckResults(evaluator.EvaluatePod(standard, metadata, spec))
						if !result.Allowed {
							verdict = result.ForbiddenDetail()
						}
					}
					if minor > 0 && verdict != said {
						fmt.Fprintf(&out, "  %s v1.%d-v1.%d: %s\n", level, first, minor-1, said)
						first = minor
					}
					said = verdict
				}
			}
		}
		return out.String(), nil
	}
	if err := eachFile("pod-security", ".yaml", fixturesDir, snapshotsDir, record); err != nil {
		return err
	}
	modules := []string{"k8s.io/pod-security-admission", "k8s.io/api"}
	return writeOracle(filepath.Join(snapshotsDir, "pod-security"), modules...)
}

// podOf reads an object as a server does before it judges it, with the defaults that matter here.
func podOf(text []byte) (string, *metav1.ObjectMeta, *corev1.PodSpec, error) {
	var head metav1.PartialObjectMetadata
	if err := yaml.Unmarshal(text, &head); err != nil {
		return "", nil, nil, err
	}
	objects := map[string]interface{ GetName() string }{
		"Pod": &corev1.Pod{}, "PodTemplate": &corev1.PodTemplate{},
		"ReplicationController": &corev1.ReplicationController{}, "ReplicaSet": &appsv1.ReplicaSet{},
		"Deployment": &appsv1.Deployment{}, "StatefulSet": &appsv1.StatefulSet{},
		"DaemonSet": &appsv1.DaemonSet{}, "Job": &batchv1.Job{}, "CronJob": &batchv1.CronJob{},
	}
	object := objects[head.Kind]
	if object == nil {
		return "", nil, nil, fmt.Errorf("no such kind: %q", head.Kind)
	}
	if err := yaml.UnmarshalStrict(bytes.TrimSpace(text), object); err != nil {
		return "", nil, nil, err
	}
	metadata, spec, err := extract(object)
	if err != nil {
		return "", nil, nil, err
	}
	for i, volume := range spec.Volumes {
		if volume.VolumeSource == (corev1.VolumeSource{}) {
			spec.Volumes[i].EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
	if head.Kind == "Pod" && spec.HostNetwork {
		for _, containers := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
			for _, container := range containers {
				for i, port := range container.Ports {
					if port.HostPort == 0 {
						container.Ports[i].HostPort = port.ContainerPort
					}
				}
			}
		}
	}
	return head.Kind + "/" + object.GetName(), metadata, spec, nil
}

func extract(object any) (*metav1.ObjectMeta, *corev1.PodSpec, error) {
	var extractor admission.DefaultPodSpecExtractor
	switch object := object.(type) {
	case *corev1.Pod:
		return extractor.ExtractPodSpec(object)
	case *corev1.PodTemplate:
		return extractor.ExtractPodSpec(object)
	case *corev1.ReplicationController:
		return extractor.ExtractPodSpec(object)
	case *appsv1.ReplicaSet:
		return extractor.ExtractPodSpec(object)
	case *appsv1.Deployment:
		return extractor.ExtractPodSpec(object)
	case *appsv1.StatefulSet:
		return extractor.ExtractPodSpec(object)
	case *appsv1.DaemonSet:
		return extractor.ExtractPodSpec(object)
	case *batchv1.Job:
		return extractor.ExtractPodSpec(object)
	case *batchv1.CronJob:
		return extractor.ExtractPodSpec(object)
	}
	return nil, nil, fmt.Errorf("no pods in %T", object)
}
