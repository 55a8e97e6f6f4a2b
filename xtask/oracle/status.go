package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"helm.sh/helm/v4/pkg/kube"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/resource"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	"sigs.k8s.io/yaml"
)

func init() {
	domains["status"] = recordStatus
}

// statusTimeout is how long Helm waits for an object of the fixtures; nothing about it changes meanwhile.
const statusTimeout = 1500 * time.Millisecond

// recordStatus judges every object of fixtures/status: by kstatus, and by Helm's own waiters, which ask a server that
// has nothing but this object and those under `related`.
func recordStatus(fixturesDir, snapshotsDir string) error {
	klog.SetLogger(klog.New(nil))
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	record := func(text string) (string, error) {
		documents := strings.Split(text, "\n---\n")
		said := make([]string, len(documents))
		errs := make([]error, len(documents))
		var group sync.WaitGroup
		slots := make(chan struct{}, 12)
		for i, document := range documents {
			group.Add(1)
			go func() {
				defer group.Done()
				slots <- struct{}{}
				defer func() { <-slots }()
				said[i], errs[i] = statusOf([]byte(document))
			}()
		}
		group.Wait()
		for i, err := range errs {
			if err != nil {
				return "", fmt.Errorf("%w in %s", err, documents[i])
			}
		}
		return strings.Join(said, ""), nil
	}
	if err := eachFile("status", ".yaml", fixturesDir, snapshotsDir, record); err != nil {
		return err
	}
	modules := []string{"github.com/fluxcd/cli-utils", "helm.sh/helm/v4"}
	return writeOracle(filepath.Join(snapshotsDir, "status"), modules...)
}

// statusOf gives what all who read the status of an object say of it.
func statusOf(text []byte) (string, error) {
	object, related, err := statusCase(text)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s/%s\n", object.GetKind(), object.GetName())
	if result, err := status.Compute(object.DeepCopy()); err != nil {
		fmt.Fprintf(&out, "  kstatus: malformed\n")
	} else {
		fmt.Fprintf(&out, "  kstatus: %s: %s\n", result.Status, result.Message)
	}
	server := httptest.NewServer(&statusServer{append([]*unstructured.Unstructured{object}, related...)})
	defer server.Close()
	gvk := object.GroupVersionKind()
	mapping := &meta.RESTMapping{
		Resource: gvk.GroupVersion().WithResource(pluralOf(gvk.Kind)), GroupVersionKind: gvk, Scope: meta.RESTScopeNamespace,
	}
	config := &rest.Config{Host: server.URL}
	info := func() *resource.Info {
		client, _ := rest.UnversionedRESTClientFor(&rest.Config{Host: server.URL, ContentConfig: rest.ContentConfig{
			GroupVersion: &schema.GroupVersion{Group: gvk.Group, Version: gvk.Version}, NegotiatedSerializer: resource.UnstructuredPlusDefaultContentConfig().NegotiatedSerializer,
		}, APIPath: "/" + rootOf(gvk.Group)})
		return &resource.Info{Client: client, Mapping: mapping, Namespace: "web", Name: object.GetName(), Object: object.DeepCopy()}
	}
	flags := genericclioptions.NewConfigFlags(false)
	flags.APIServer, flags.CacheDir = &server.URL, nil
	waiter, err := kube.New(flags).GetWaiter(kube.StatusWatcherStrategy)
	if err != nil {
		return "", err
	}
	say := func(name string, err error) {
		said := "done"
		if err != nil {
			said = strings.ReplaceAll(err.Error(), "\n", " | ")
		}
		fmt.Fprintf(&out, "  %s: %s\n", name, said)
	}
	one := kube.ResourceList{info()}
	say("wait", waiter.Wait(one, statusTimeout))
	say("wait with jobs", waiter.WaitWithJobs(one, statusTimeout))
	say("hook", waiter.WatchUntilReady(one, statusTimeout))
	say("delete", waiter.WaitForDelete(one, statusTimeout))
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		return "", err
	}
	for _, withJobs := range []bool{false, true} {
		name := map[bool]string{false: "legacy", true: "legacy with jobs"}[withJobs]
		checker := kube.NewReadyChecker(clients, kube.PausedAsReady(true), kube.CheckJobs(withJobs))
		ready, err := checker.IsReady(context.Background(), info())
		if err != nil {
			fmt.Fprintf(&out, "  %s: %s\n", name, strings.ReplaceAll(err.Error(), server.URL, ""))
			continue
		}
		fmt.Fprintf(&out, "  %s: %t\n", name, ready)
	}
	return out.String(), nil
}

// statusCase reads an object, and what is listed under `related`.
func statusCase(text []byte) (*unstructured.Unstructured, []*unstructured.Unstructured, error) {
	read := func(text []byte) (*unstructured.Unstructured, error) {
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(text); err != nil {
			return nil, err
		}
		object.SetNamespace("web")
		object.SetResourceVersion("7")
		return object, nil
	}
	asJSON, err := yaml.YAMLToJSON(text)
	if err != nil {
		return nil, nil, err
	}
	object, err := read(asJSON)
	if err != nil {
		return nil, nil, err
	}
	var related []*unstructured.Unstructured
	list, _, err := unstructured.NestedSlice(object.Object, "related")
	if err != nil {
		return nil, nil, err
	}
	for _, item := range list {
		itemJSON, err := json.Marshal(item)
		if err != nil {
			return nil, nil, err
		}
		one, err := read(itemJSON)
		if err != nil {
			return nil, nil, err
		}
		related = append(related, one)
	}
	delete(object.Object, "related")
	return object, related, nil
}

// pluralOf gives the resource of a kind: none of the fixtures has one that is not regular.
func pluralOf(kind string) string {
	lower := strings.ToLower(kind)
	if strings.HasSuffix(lower, "y") {
		return strings.TrimSuffix(lower, "y") + "ies"
	}
	return lower + "s"
}

// rootOf gives where the versions of a group are.
func rootOf(group string) string {
	if group == "" {
		return "api"
	}
	return "apis"
}

// statusServer is an API server that has a few objects, which never change.
type statusServer struct {
	objects []*unstructured.Unstructured
}

func (s *statusServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	kinds := map[schema.GroupVersionKind]bool{
		{Version: "v1", Kind: "Pod"}: true, {Group: "apps", Version: "v1", Kind: "ReplicaSet"}: true,
	}
	for _, object := range s.objects {
		kinds[object.GroupVersionKind()] = true
	}
	answer := func(value any) { _ = json.NewEncoder(w).Encode(value) }
	switch path := strings.Trim(r.URL.Path, "/"); path {
	case "api":
		answer(metav1.APIVersions{TypeMeta: metav1.TypeMeta{Kind: "APIVersions"}, Versions: []string{"v1"}})
		return
	case "apis":
		groups := metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}}
		versions := map[string]bool{}
		for kind := range kinds {
			if at := kind.GroupVersion(); at.Group != "" && !versions[at.String()] {
				versions[at.String()] = true
				version := metav1.GroupVersionForDiscovery{GroupVersion: at.String(), Version: at.Version}
				groups.Groups = append(groups.Groups, metav1.APIGroup{Name: at.Group, Versions: []metav1.GroupVersionForDiscovery{version}, PreferredVersion: version})
			}
		}
		answer(groups)
		return
	default:
		for kind := range kinds {
			root := rootOf(kind.Group) + "/" + kind.GroupVersion().String()
			collection := root + "/namespaces/web/" + pluralOf(kind.Kind)
			switch {
			case path == root:
				list := metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: kind.GroupVersion().String()}
				for other := range kinds {
					if other.GroupVersion() == kind.GroupVersion() {
						list.APIResources = append(list.APIResources, metav1.APIResource{Name: pluralOf(other.Kind), Kind: other.Kind, Namespaced: true, Verbs: metav1.Verbs{"get", "list", "watch"}})
					}
				}
				answer(list)
				return
			case path == collection:
				s.collection(w, r, kind)
				return
			case strings.HasPrefix(path, collection+"/"):
				for _, object := range s.objects {
					if object.GroupVersionKind() == kind && path == collection+"/"+object.GetName() {
						answer(object)
						return
					}
				}
			}
		}
	}
	w.WriteHeader(http.StatusNotFound)
	answer(metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Failure", Reason: metav1.StatusReasonNotFound, Code: 404})
}

// collection lists the objects of a kind, or lets them be watched.
func (s *statusServer) collection(w http.ResponseWriter, r *http.Request, kind schema.GroupVersionKind) {
	query := r.URL.Query()
	selector, err := labels.Parse(query.Get("labelSelector"))
	if err != nil {
		selector = labels.Nothing()
	}
	list := &unstructured.UnstructuredList{Object: map[string]any{
		"kind": kind.Kind + "List", "apiVersion": kind.GroupVersion().String(), "metadata": map[string]any{"resourceVersion": "8"},
	}}
	for _, object := range s.objects {
		if object.GroupVersionKind() == kind && selector.Matches(labels.Set(object.GetLabels())) {
			list.Items = append(list.Items, *object)
		}
	}
	if query.Get("watch") == "" {
		text, _ := list.MarshalJSON()
		_, _ = w.Write(text)
		return
	}
	encoder := json.NewEncoder(w)
	if query.Get("sendInitialEvents") == "true" {
		for _, object := range list.Items {
			_ = encoder.Encode(map[string]any{"type": "ADDED", "object": object.Object})
		}
		_ = encoder.Encode(map[string]any{"type": "BOOKMARK", "object": map[string]any{
			"kind": kind.Kind, "apiVersion": kind.GroupVersion().String(),
			"metadata": map[string]any{"resourceVersion": "8", "annotations": map[string]any{"k8s.io/initial-events-end": "true"}},
		}})
	}
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}
