using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Answers;

/// <summary>Members that Docker's answers have, in the versions that have them.</summary>
public sealed class FieldTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IDisposable
{
    private const string Image = BusyboxImage.Name;

    /// <summary>What Docker 28.5 has in <c>/info</c> at version 1.51, but for containerd's own, which Quai has none of.</summary>
    private static readonly string[] s_info =
    [
        "Architecture", "CDISpecDirs", "CPUSet", "CPUShares", "CgroupDriver", "CgroupVersion", "ContainerdCommit", "Containers", "ContainersPaused", "ContainersRunning",
        "ContainersStopped", "CpuCfsPeriod", "CpuCfsQuota", "Debug", "DefaultRuntime", "DockerRootDir", "Driver", "DriverStatus", "ExperimentalBuild", "FirewallBackend",
        "GenericResources", "HttpProxy", "HttpsProxy", "ID", "IPv4Forwarding", "Images", "IndexServerAddress", "InitBinary", "InitCommit", "Isolation", "KernelMemoryTCP",
        "KernelVersion", "Labels", "LiveRestoreEnabled", "LoggingDriver", "MemTotal", "MemoryLimit", "NCPU", "NEventsListener", "NFd", "NGoroutines", "Name", "NoProxy", "OSType",
        "OSVersion", "OomKillDisable", "OperatingSystem", "PidsLimit", "Plugins", "RegistryConfig", "RuncCommit", "Runtimes", "SecurityOptions", "ServerVersion", "SwapLimit",
        "Swarm", "SystemTime", "Warnings",
    ];

    private readonly EngineHttp _http = new(engine);

    [Theory]
    [InlineData("1.51", "", "BridgeNfIptables BridgeNfIp6tables KernelMemory")]
    [InlineData("1.49", "BridgeNfIptables BridgeNfIp6tables FirewallBackend", "KernelMemory")]
    [InlineData("1.41", "BridgeNfIptables BridgeNfIp6tables KernelMemory", "FirewallBackend")]
    public async Task Info_has_what_its_version_has(string version, string more, string missing)
    {
        JsonObject info = (await _http.OkAsync("GET", $"/v{version}/info"))!.AsObject();
        string[] gone = missing.Split(' ');
        string[] wanted = [.. s_info, .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        Assert.Equal("", string.Join(' ', wanted.Except(gone).Except(info.Select(m => m.Key))));
        Assert.Equal("", string.Join(' ', gone.Intersect(info.Select(m => m.Key))));
        Assert.Equal(["127.0.0.0/8", "::1/128"], info["RegistryConfig"]!["InsecureRegistryCIDRs"]!.AsArray().Select(c => c!.GetValue<string>()));
    }

    [Theory]
    [InlineData("1.46", "v")]
    [InlineData("1.45", null)]
    public async Task A_container_in_the_list_has_its_annotations(string version, string? value)
    {
        string name = engine.Name();
        await engine.Docker.OkAsync($"create --name {name} --annotation a=v {Image} true");
        JsonNode row = (await _http.OkAsync("GET", $"/v{version}/containers/json?all=1&filters={Uri.EscapeDataString($$"""{"name":["{{name}}"]}""")}"))![0]!;
        Assert.Equal(value, row["HostConfig"]!["Annotations"]?["a"]?.GetValue<string>());
    }

    [Fact]
    public async Task An_image_has_its_systems_version()
    {
        string name = engine.Name("image") + ":1";
        TestImage image = new TestImage().WithBusybox();
        image.Config["os.version"] = "10.1";
        (await engine.Docker.RunAsync("load", image.DockerArchive(name))).Expect();
        Assert.Equal("10.1", (await _http.OkAsync("GET", $"/v1.47/images/{name}/json"))!["OsVersion"]!.GetValue<string>());
        Assert.False((await _http.OkAsync("GET", $"/v1.47/images/{Image}/json"))!.AsObject().ContainsKey("OsVersion"));
    }

    [Theory]
    [InlineData("", "{\"Type\":\"json-file\",\"Config\":{}}")]
    [InlineData("--log-opt max-size=1m", "{\"Type\":\"json-file\",\"Config\":{\"max-size\":\"1m\"}}")]
    [InlineData("--log-driver none", "{\"Type\":\"none\",\"Config\":{}}")]
    public async Task A_log_shows_the_options_that_were_said(string options, string shown)
    {
        string name = engine.Name();
        await engine.Docker.OkAsync($"create --name {name} {options} {Image} true");
        Assert.Equal(shown, await engine.Docker.InspectAsync(name, "{{json .HostConfig.LogConfig}}"));
    }

    [Theory]
    [InlineData("runc")]
    [InlineData("io.containerd.runc.v2")]
    public async Task A_runtime_has_the_name_it_was_asked_by(string runtime)
    {
        string name = engine.Name();
        await engine.Docker.OkAsync($"create --name {name} --runtime {runtime} {Image} true");
        Assert.Equal(runtime, await engine.Docker.InspectAsync(name, "{{.HostConfig.Runtime}}"));
    }

    [Fact]
    public async Task A_container_that_names_no_runtime_shows_the_default()
    {
        string name = engine.Name();
        await engine.Docker.OkAsync($"create --name {name} {Image} true");
        Assert.Equal(await engine.Docker.OkAsync("info -f '{{.DefaultRuntime}}'"), await engine.Docker.InspectAsync(name, "{{.HostConfig.Runtime}}"));
    }

    public void Dispose() => _http.Dispose();
}
