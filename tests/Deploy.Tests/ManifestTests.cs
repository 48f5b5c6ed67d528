using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Hosting;
using QodOrleans.Hosting.Clustering;

namespace QodOrleans.Deploy.Tests;

/// <summary>The manifests against each other and against the programs.</summary>
public sealed partial class ManifestTests
{
    private static readonly Manifest Silo = Manifests.The("Deployment", "qod-silo");
    private static readonly Manifest Gateway = Manifests.The("Deployment", "qod-gateway");
    private static readonly Manifest Migrate = Manifests.The("Job", "qod-migrate");
    private static readonly QodClusterOptions Defaults = new();

    [Fact]
    public void Every_object_says_what_it_is_and_has_its_name_once()
    {
        Assert.All(Manifests.All, manifest =>
        {
            Assert.NotNull(manifest.Root["apiVersion"]);
            Assert.NotEmpty(manifest.Kind);
            Assert.NotEmpty(manifest.Name);
        });
        var objects = Manifests.All.Where(manifest => manifest.Root["metadata"]!["labels"] is not null).Select(manifest => (manifest.Kind, manifest.Name)).ToArray();
        Assert.Equal(objects.Distinct(), objects);
    }

    [Fact]
    public void A_kustomization_lists_every_file_beside_it_and_patches_what_is_there()
    {
        Assert.Equal(2, Manifests.Kustomizations.Count);
        Assert.All(Manifests.Kustomizations, file =>
        {
            var folder = Path.GetDirectoryName(file)!;
            var kustomization = Manifests.Parse(File.ReadAllText(file));
            var patches = Strings(kustomization["patches"], "path").ToArray();
            var listed = Strings(kustomization["resources"]).Concat(patches)
                .Concat(kustomization["configMapGenerator"]!.AsArray().SelectMany(map => Strings(map!["envs"])))
                .Append("kustomization.yaml").ToArray();

            Assert.All(listed, name => Assert.True(Path.Exists(Path.Combine(folder, name)), $"{file} lists {name}"));
            Assert.Equal(Directory.GetFiles(folder).Select(Path.GetFileName).Order(), listed.Where(name => !name.StartsWith("..", StringComparison.Ordinal)).Order());
            Assert.All(Manifests.All.Where(manifest => patches.Contains(Path.GetFileName(manifest.File))),
                patch => Assert.Contains(Manifests.OfBase, manifest => (manifest.Kind, manifest.Name) == (patch.Kind, patch.Name)));
            Assert.All(Strings(kustomization["replicas"], "name"), name => Assert.Contains(Manifests.OfBase, manifest => manifest.Kind == "Deployment" && manifest.Name == name));
        });
    }

    [Fact]
    public void Every_selector_finds_the_pods_of_its_own_workload_and_no_others()
    {
        Assert.All(Manifests.Workloads.Where(workload => workload.Kind == "Deployment"), workload =>
        {
            Assert.True(workload.Has(workload.Spec["selector"]!["matchLabels"]), $"{workload}: its selector does not match its template");
            foreach (var spread in workload.Pod!["spec"]!["topologySpreadConstraints"]?.AsArray() ?? [])
                Assert.Equal([workload], Selected(spread!["labelSelector"]!["matchLabels"]));
        });
        Assert.All(Manifests.All.Where(manifest => manifest.Kind is "Service" or "PodDisruptionBudget"), manifest =>
        {
            var labels = manifest.Kind == "Service" ? manifest.Spec["selector"] : manifest.Spec["selector"]!["matchLabels"];
            var workload = Assert.Single(Selected(labels));
            Assert.Equal(manifest.Name, workload.Name);
            if (manifest.Kind == "Service") Assert.All(manifest.Spec["ports"]!.AsArray(), port => Assert.True(workload.Port(port!["targetPort"]!) > 0));
        });
        var scaled = Manifests.The("HorizontalPodAutoscaler", "qod-gateway").Spec["scaleTargetRef"]!;
        Assert.Equal((Gateway.Kind, Gateway.Name), ((string)scaled["kind"]!, (string)scaled["name"]!));
        Assert.Null(Gateway.Spec["replicas"]);
    }

    [Fact]
    public void The_ports_are_those_that_the_programs_listen_on()
    {
        Assert.Equal([PortOf("Gateway")], Ports(Gateway));
        Assert.Equal([PortOf("Silo"), Defaults.SiloPort, Defaults.GatewayPort], Ports(Silo));
    }

    [Fact]
    public async Task Probes_ask_what_the_hosts_answer_and_a_restart_asks_for_nothing_but_life()
    {
        await using var host = new SiloHost();
        using var http = host.CreateClient();
        foreach (var workload in new[] { Silo, Gateway })
        {
            foreach (var probe in new[] { "startupProbe", "readinessProbe", "livenessProbe" })
            {
                var asked = workload.Container[probe]!["httpGet"]!;
                Assert.Equal(PortOf(workload == Silo ? "Silo" : "Gateway"), workload.Port(asked["port"]!));
                using var answer = await http.GetAsync((string)asked["path"]!);
                Assert.True(answer.IsSuccessStatusCode, $"{workload}: {probe} asks {asked["path"]}, which answers {answer.StatusCode}");
            }
            Assert.Equal("/health/live", (string)workload.Container["livenessProbe"]!["httpGet"]!["path"]!);
            Assert.Equal("/health/ready", (string)workload.Container["readinessProbe"]!["httpGet"]!["path"]!);
        }
    }

    [Fact]
    public void A_pod_is_given_more_time_than_its_drain_takes()
    {
        var settings = Manifests.Settings(Path.Combine(Manifests.Base, "settings.env"));
        var siloDrain = settings.TryGetValue("Qod__Cluster__DrainTimeout", out var set)
            ? TimeSpan.Parse(set, CultureInfo.InvariantCulture)
            : Defaults.DrainTimeout;
        AssertOutlives(Silo, siloDrain);
        AssertOutlives(Gateway, new HostOptions().ShutdownTimeout);

        void AssertOutlives(Manifest workload, TimeSpan drain)
        {
            var preStop = (int?)workload.Container["lifecycle"]?["preStop"]?["sleep"]?["seconds"] ?? 0;
            var grace = (int)workload.Pod!["spec"]!["terminationGracePeriodSeconds"]!;
            // Some seconds are left for telemetry to be sent and the process to end.
            Assert.True(grace >= preStop + drain.TotalSeconds + 5, $"{workload}: {grace} s of grace for {preStop} s of preStop and {drain.TotalSeconds} s of drain");
        }
    }

    [Fact]
    public void A_rollout_adds_a_pod_before_it_takes_one()
    {
        Assert.All([Silo, Gateway], workload =>
        {
            var update = workload.Spec["strategy"]!["rollingUpdate"]!;
            Assert.Equal((0, 1), ((int)update["maxUnavailable"]!, (int)update["maxSurge"]!));
            Assert.True((int)workload.Spec["minReadySeconds"]! > 0);
            Assert.Equal(1, (int)Manifests.The("PodDisruptionBudget", workload.Name).Spec["maxUnavailable"]!);
        });
    }

    [Fact]
    public void Nothing_but_silos_and_gateways_reaches_the_ports_of_silos()
    {
        var policies = Manifests.OfBase.Where(manifest => manifest.Kind == "NetworkPolicy").ToArray();
        Assert.All([Silo, Gateway, Migrate], workload => Assert.Contains(policies, policy =>
            workload.Has(policy.Spec["podSelector"]!["matchLabels"]) && policy.Spec["ingress"] is null && Strings(policy.Spec["policyTypes"]).Order().SequenceEqual(["Egress", "Ingress"])));

        (string, int)[] expected = [("gateway", Defaults.GatewayPort), ("silo", Defaults.SiloPort)];
        Assert.Equal(expected, Allowed(Silo, "ingress", "from"));
        Assert.Equal([("anyone", PortOf("Gateway"))], Allowed(Gateway, "ingress", "from"));
        Assert.Empty(Allowed(Migrate, "ingress", "from"));

        // What one side may send, the other may receive.
        Assert.Contains(("silo", Defaults.SiloPort), Allowed(Silo, "egress", "to"));
        Assert.Contains(("silo", Defaults.GatewayPort), Allowed(Gateway, "egress", "to"));
        Assert.All([Silo, Gateway, Migrate], workload => Assert.Contains(("anyone", 5432), Allowed(workload, "egress", "to")));
    }

    [Fact]
    public void Silos_send_events_to_no_private_address()
    {
        var blocks = Manifests.The("NetworkPolicy", "qod-silo").Spec["egress"]!.AsArray()
            .SelectMany(rule => rule!["to"]!.AsArray()).Where(peer => peer!["ipBlock"] is not null).Select(peer => peer!["ipBlock"]!).ToArray();

        Assert.Equal(["0.0.0.0/0", "::/0"], blocks.Select(block => (string)block["cidr"]!));
        Assert.Superset(new HashSet<string> { "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16" }, Strings(blocks[0]["except"]).ToHashSet());
        Assert.Superset(new HashSet<string> { "::1/128", "fc00::/7", "fe80::/10" }, Strings(blocks[1]["except"]).ToHashSet());
    }

    [Fact]
    public void Pods_are_nobody_and_can_change_nothing()
    {
        Assert.All(Manifests.Workloads, workload =>
        {
            var pod = workload.Pod!["spec"]!;
            Assert.False((bool)pod["automountServiceAccountToken"]!);
            Assert.False((bool)pod["enableServiceLinks"]!);
            Assert.True((bool)pod["securityContext"]!["runAsNonRoot"]!);
            Assert.NotEqual(0, (int)pod["securityContext"]!["runAsUser"]!);
            Assert.Equal("RuntimeDefault", (string)pod["securityContext"]!["seccompProfile"]!["type"]!);
            var container = workload.Container["securityContext"]!;
            Assert.False((bool)container["allowPrivilegeEscalation"]!);
            Assert.True((bool)container["readOnlyRootFilesystem"]!);
            Assert.Equal(["ALL"], Strings(container["capabilities"]!["drop"]));
            Assert.NotNull(workload.Container["resources"]!["limits"]!["memory"]);

            var volumes = pod["volumes"]!.AsArray();
            Assert.All(volumes, volume => Assert.NotNull(volume!["emptyDir"] ?? volume["secret"]));
            Assert.Equal(Strings(volumes, "name").Order(), Strings(workload.Container["volumeMounts"], "name").Order());
        });
        // A throttled silo misses its probes.
        Assert.Null(Silo.Container["resources"]!["limits"]!["cpu"]);
    }

    [Fact]
    public void A_silo_goes_by_the_address_and_the_name_of_its_pod()
    {
        var variables = Silo.Container["env"]!.AsArray().ToDictionary(variable => (string)variable!["name"]!, variable => variable!);
        Assert.Equal("status.podIP", (string)variables["POD_IP"]["valueFrom"]!["fieldRef"]!["fieldPath"]!);
        Assert.Equal("metadata.name", (string)variables["POD_NAME"]["valueFrom"]!["fieldRef"]!["fieldPath"]!);
        Assert.Equal("$(POD_IP)", (string)variables["Qod__Cluster__AdvertisedAddress"]["value"]!);
        Assert.Equal("$(POD_NAME)", (string)variables["Qod__Cluster__SiloName"]["value"]!);
        Assert.All(Manifests.Workloads, workload =>
        {
            var before = new HashSet<string>();
            foreach (var variable in workload.Container["env"]!.AsArray())
            {
                // Kubernetes fills in what stands earlier, and leaves the rest as it is.
                foreach (Match reference in Reference().Matches((string?)variable!["value"] ?? "")) Assert.Contains(reference.Groups[1].Value, before);
                before.Add((string)variable["name"]!);
            }
        });
    }

    /// <summary>A mount of a part of a secret, by subPath, would stay as it was when the secret is renewed.</summary>
    [Fact]
    public void Silos_and_gateways_have_the_certificates_that_the_settings_name()
    {
        var settings = Manifests.Settings(Path.Combine(Manifests.Base, "settings.env"));
        Assert.All([Silo, Gateway], workload =>
        {
            var volume = workload.Pod!["spec"]!["volumes"]!.AsArray().Single(volume => volume!["secret"] is not null)!;
            var mount = workload.Container["volumeMounts"]!.AsArray().Single(mount => (string)mount!["name"]! == (string)volume["name"]!)!;
            Assert.True((bool)mount["readOnly"]!);
            Assert.Null(mount["subPath"]);
            // Whoever follows the manual has made it, with these names in it.
            var made = Repository.Read("deploy", "README.md").Split('\n').Single(line => line.Contains($"secret generic {volume["secret"]!["secretName"]} --from-file=tls.crt", StringComparison.Ordinal));
            foreach (var name in new[] { "CertificateFile", "KeyFile", "AuthoritiesFile" })
            {
                var file = settings[$"Qod__Cluster__Tls__{name}"];
                Assert.Equal((string)mount["mountPath"]!, Path.GetDirectoryName(file));
                Assert.Contains($"--from-file={Path.GetFileName(file)}", made, StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public void Secrets_are_named_and_never_told()
    {
        Assert.DoesNotContain(Manifests.All, manifest => manifest.Kind == "Secret");
        Assert.All(Manifests.Kustomizations, file => Assert.Null(Manifests.Parse(File.ReadAllText(file))["secretGenerator"]));
        Assert.All(Directory.GetFiles(Manifests.Folder, "*.env", SearchOption.AllDirectories),
            file => Assert.DoesNotContain(Manifests.Settings(file).Keys, IsSecret));

        var readme = Repository.Read("deploy", "README.md");
        Assert.All(Manifests.Workloads, workload =>
        {
            foreach (var variable in workload.Container["env"]!.AsArray().Where(variable => IsSecret((string)variable!["name"]!)))
            {
                var reference = variable!["valueFrom"]!["secretKeyRef"]!;
                // Whoever follows the manual has made it.
                Assert.Matches($@"create secret generic {reference["name"]}\b[^`]*--from-literal={reference["key"]}=", readme);
            }
            foreach (var source in workload.Container["envFrom"]?.AsArray().Where(source => source!["secretRef"] is not null) ?? [])
                Assert.Contains($"create secret generic {source!["secretRef"]!["name"]} ", readme, StringComparison.Ordinal);
        });

        static bool IsSecret(string name) => SecretName().IsMatch(name);
    }

    private static Manifest[] Selected(JsonNode? labels) => [.. Manifests.Workloads.Where(workload => workload.Has(labels))];

    private static int[] Ports(Manifest workload) => [.. workload.Container["ports"]!.AsArray().Select(port => (int)port!["containerPort"]!)];

    /// <summary>Whom a workload may talk with at which port, sorted, by all policies that select it.</summary>
    private static (string Who, int Port)[] Allowed(Manifest workload, string direction, string peers) =>
    [
        .. from policy in Manifests.OfBase
           where policy.Kind == "NetworkPolicy" && workload.Has(policy.Spec["podSelector"]!["matchLabels"])
           from rule in policy.Spec[direction]?.AsArray() ?? []
           from port in rule!["ports"]?.AsArray() ?? []
           from who in rule[peers] is { } listed ? listed.AsArray().Select(peer => Who(peer!)) : ["anyone"]
           orderby who, (int)port!["port"]!
           select (who, (int)port!["port"]!),
    ];

    private static string Who(JsonNode peer) =>
        peer["podSelector"] is { } pods && peer["namespaceSelector"] is null ? Assert.Single(Selected(pods["matchLabels"])).Component : "anyone";

    private static int PortOf(string program) =>
        int.Parse(DefaultPort().Match(Repository.Read("src", program, "Program.cs")).Groups[1].Value, CultureInfo.InvariantCulture);

    private static IEnumerable<string> Strings(JsonNode? array, string? member = null) =>
        array is null ? [] : array.AsArray().Select(item => (string)(member is null ? item : item![member])!).Where(text => text is not null);

    [GeneratedRegex(@"defaultPort: (\d+)")]
    private static partial Regex DefaultPort();

    [GeneratedRegex(@"\$\((\w+)\)")]
    private static partial Regex Reference();

    [GeneratedRegex("ConnectionString|PASSWORD|Qod__Keys|SecretHash|QOD_POSTGRES")]
    private static partial Regex SecretName();
}
