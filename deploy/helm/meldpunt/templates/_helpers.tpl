{{- /* What was generated from the privilege table and the topology. */ -}}
{{- define "meldpunt.house" -}}{{ .Files.Get "generated/house.yaml" }}{{- end -}}

{{- /* A value by its path, "openbao.address"; call with (dict "root" $ "path" "…"). */ -}}
{{- define "meldpunt.value" -}}
{{- $found := .root.Values -}}
{{- range splitList "." .path -}}{{- $found = index $found . -}}{{- end -}}
{{- $found -}}
{{- end -}}

{{- define "meldpunt.labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/part-of: meldpunt
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{- define "meldpunt.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/part-of: meldpunt
{{- end -}}

{{- define "meldpunt.image" -}}{{ .Values.image.repository }}@{{ .Values.image.digest }}{{- end -}}

{{- define "meldpunt.secret" -}}
{{- get (.root.Values.names.secrets | default dict) .name | default (printf "meldpunt-%s" .name) -}}
{{- end -}}

{{- define "meldpunt.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .user }}
runAsGroup: {{ .user }}
fsGroup: {{ .user }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "meldpunt.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- /* The environment of a process, out of its settings: name and value. */ -}}
{{- define "meldpunt.env" -}}
{{- $root := .root -}}
{{- $house := .house -}}
{{- range .process.env }}
{{- if .pod }}{{- /* Not the same for its replicas: in processes.yaml. */ -}}
{{- else if or (not .when) (eq "true" (include "meldpunt.value" (dict "root" $root "path" .when))) }}
{{- if .from }}
{{- $value := include "meldpunt.value" (dict "root" $root "path" .from) }}
{{- if or $value (not .optional) }}
{{ .name }}: {{ $value | quote }}
{{- end }}
{{- else if .namespace }}
{{ .name }}: {{ $root.Release.Namespace | quote }}
{{- else if .process }}
{{ .name }}: "{{ $house.scheme }}://meldpunt-{{ .process }}:{{ $house.port }}"
{{- else if .processes }}
{{- $addresses := dict }}
{{- range .processes }}{{- $_ := set $addresses . (printf "%s://meldpunt-%s:%v" $house.scheme . $house.port) }}{{- end }}
{{ .name }}: {{ $addresses | toJson | quote }}
{{- else }}
{{ .name }}: {{ .value | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $value := get ($root.Values.settings | default dict) .process.name | default dict }}
MELDPUNT_{{ upper $name }}: {{ $value | toString | quote }}
{{- end }}
{{- end -}}

{{- /* What is mounted where. */ -}}
{{- define "meldpunt.mounts" -}}
{{- $root := .root -}}
- {name: tmp, mountPath: /tmp}
{{- if .process.secrets }}
- {name: secrets, mountPath: /run/meldpunt/secrets, readOnly: true}
{{- end }}
{{- if .process.shared }}
- {name: shared, mountPath: /run/meldpunt/shared, readOnly: true}
{{- end }}
{{- if .process.identity }}
- {name: identity, mountPath: /run/meldpunt/identity, readOnly: true}
{{- end }}
{{- range .process.folders }}
{{- if or (not .when) (eq "true" (include "meldpunt.value" (dict "root" $root "path" .when))) }}
- {name: {{ .name }}, mountPath: {{ .path }}, readOnly: {{ .readOnly | default false }}}
{{- end }}
{{- end }}
{{- if .process.certificate }}
- {name: tls, mountPath: /run/meldpunt/tls, readOnly: true}
{{- end }}
{{- end -}}

{{- define "meldpunt.volumes" -}}
{{- $root := .root -}}
- name: tmp
  emptyDir: {medium: Memory, sizeLimit: 64Mi}
{{- if .process.secrets }}
- name: secrets
  secret:
    secretName: {{ include "meldpunt.secret" (dict "root" $root "name" .process.name) }}
    defaultMode: 0440
    items:
      {{- range .process.secrets }}
      {{- if or (not .when) (eq "true" (include "meldpunt.value" (dict "root" $root "path" .when))) }}
      - {key: {{ .key }}, path: {{ .key }}}
      {{- end }}
      {{- end }}
{{- end }}
{{- if .process.shared }}
- name: shared
  configMap:
    name: {{ $root.Values.names.shared }}
    items:
      {{- range .process.shared }}
      {{- if or (not .when) (eq "true" (include "meldpunt.value" (dict "root" $root "path" .when))) }}
      - {key: {{ .key }}, path: {{ .key }}}
      {{- end }}
      {{- end }}
{{- end }}
{{- if .process.identity }}
# Who it is, as Kubernetes says to OpenBao and to nobody else, for ten minutes at a time.
- name: identity
  projected:
    defaultMode: 0440
    sources:
      - serviceAccountToken:
          audience: {{ .house.identity.audience }}
          expirationSeconds: 600
          path: {{ .house.identity.file }}
{{- end }}
{{- range .process.folders }}
{{- if or (not .when) (eq "true" (include "meldpunt.value" (dict "root" $root "path" .when))) }}
- name: {{ .name }}
  {{- if .claim }}
  persistentVolumeClaim:
    claimName: {{ get $root.Values.claims .claim }}
    {{- if .readOnly }}
    readOnly: true
    {{- end }}
  {{- else if .config }}
  configMap:
    name: {{ get $root.Values.names .config }}
  {{- else }}
  emptyDir: {sizeLimit: 64Mi}
  {{- end }}
{{- end }}
{{- end }}
{{- if .process.certificate }}
- name: tls
  secret:
    secretName: meldpunt-{{ .process.name }}-tls
    defaultMode: 0440
{{- end }}
{{- end -}}
