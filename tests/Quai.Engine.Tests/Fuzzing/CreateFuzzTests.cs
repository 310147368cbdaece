using System.Text.Json;
using Quai.Api;
using Quai.Api.Containers;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.Views;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Linux;
using Xunit;

namespace Quai.Engine.Tests.Fuzzing;

/// <summary>Requests for containers with every member null, of another kind, empty, huge: made or refused in a sentence, and what is refused leaves nothing.</summary>
[Collection(nameof(TestEngine))]
public sealed class CreateFuzzTests(TestEngine engine)
{
    private static readonly EngineOptions s_options = new() { DataRoot = "/d", ExecRoot = "/e" };

    [Fact]
    public async Task A_container_is_made_or_refused()
    {
        byte[] all = JsonSamples.Of(ApiJson.Default.ContainerCreateRequest);
        byte[] plausible = """
            {"Image":"box:latest","Cmd":["true"],"Entrypoint":["sh"],"Env":["A=b"],"User":"1:2","WorkingDir":"/w","Labels":{"a":"b"},"ExposedPorts":{"80/tcp":{}},"Volumes":{"/v":{}},"Hostname":"h","Domainname":"d","StopSignal":"TERM","StopTimeout":1,
             "Healthcheck":{"Test":["CMD","true"],"Interval":1000000000,"Timeout":1000000000,"Retries":1,"StartPeriod":1000000,"StartInterval":1000000},"HostConfig":{"Binds":["/tmp:/b:ro","vv:/c"],"PortBindings":{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"0"}]},
             "NetworkMode":"none","RestartPolicy":{"Name":"on-failure","MaximumRetryCount":2},"Mounts":[{"Type":"tmpfs","Target":"/t","TmpfsOptions":{"SizeBytes":1000000,"Mode":511,"Options":[["a","b"]]}},{"Type":"volume","Source":"v2","Target":"/v2","VolumeOptions":{"Subpath":"","NoCopy":true,"Labels":{"a":"b"},"DriverConfig":{"Name":"local","Options":{}}}},
             {"Type":"bind","Source":"/tmp","Target":"/b2","ReadOnly":true,"BindOptions":{"Propagation":"rprivate","NonRecursive":true,"CreateMountpoint":false}}],"CapAdd":["CHOWN"],"CapDrop":["ALL"],"Dns":["1.2.3.4"],"DnsSearch":["a"],"DnsOptions":["b"],"ExtraHosts":["a:1.2.3.4"],
             "GroupAdd":["1"],"IpcMode":"private","PidMode":"","UTSMode":"","CgroupnsMode":"private","Memory":10000000,"MemorySwap":20000000,"NanoCpus":1000000000,"CpuShares":5,"CpusetCpus":"0","PidsLimit":10,"BlkioWeight":10,"Devices":[{"PathOnHost":"/dev/null","PathInContainer":"/dev/n","CgroupPermissions":"r"}],
             "DeviceCgroupRules":["c 1:3 r"],"Ulimits":[{"Name":"nofile","Soft":1,"Hard":2}],"Sysctls":{"net.ipv4.ip_forward":"1"},"Tmpfs":{"/t2":"size=1m"},"SecurityOpt":["no-new-privileges"],"ShmSize":1000000,"LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}},"OomScoreAdj":5,"ReadonlyRootfs":true,"Init":true,
             "MaskedPaths":["/m"],"ReadonlyPaths":["/r"],"ConsoleSize":[1,2],"Annotations":{"a":"b"}},"NetworkingConfig":{"EndpointsConfig":{"none":{"Aliases":["a"],"IPAMConfig":{"IPv4Address":""},"DriverOpts":{"a":"b"}}}}}
            """u8.ToArray();
        int folders = Folders();
        Fuzz.Holds(new Property("container-create", async input =>
        {
            ContainerCreateRequest? request = ApiRequest.Read(input, ApiJson.Default.ContainerCreateRequest, out _);
            if (request is null)
            {
                return;
            }

            try
            {
                string id = (await engine.Containers.CreateAsync(null, null, request, CancellationToken.None)).Id;
                try
                {
                    await engine.InspectAsync(id);
                    await engine.ListAsync();
                }
                finally
                {
                    await engine.RemoveAsync(id);
                }
            }
            finally
            {
                Assert.Equal(folders, Folders());
            }
        })
        {
            Seeds = [plausible, all], Always = [.. JsonMutator.EveryValue(plausible), .. JsonMutator.EveryValue(all)], Mutate = JsonMutator.Mutate,
            Refuses = static e => e is QuaiException or JsonException or LinuxException, MaxTime = TimeSpan.FromSeconds(20), MaxAllocation = long.MaxValue,
        });
        Assert.Empty(await engine.ListAsync(true, ("status", "created")));
    }

    [Fact]
    public void A_specification_is_made_or_refused()
    {
        byte[] sample = JsonSamples.Of(ApiJson.Default.ContainerCreateRequest);
        Fuzz.Holds(new Property("container-spec", input =>
        {
            if (ApiRequest.Read(input, ApiJson.Default.ContainerCreateRequest, out _) is { HostConfig: { } host } request)
            {
                HostConfigRules.Validate(request, host, s_options, []);
                HostConfigRules.SetDefaults(host, s_options);
                ContainerSpec spec = SpecReader.Read(request, host, []);
                RuntimeSpecBuilder.Build(new SpecRequest { Id = "25bdb359cc33aa", Spec = spec, User = ResolvedUser.Root, RootPath = "/r", Hostname = "h", CgroupsPath = "/docker/25bdb359cc33aa" });

                // It is shown as it was written, stored or not.
                string shown = JsonSerializer.Serialize(SpecView.HostConfigOf(spec), ApiJson.Default.HostConfig);
                Assert.Equal(JsonSerializer.Serialize(Shown(host), ApiJson.Default.HostConfig), shown);
                ContainerSpec stored = JsonSerializer.Deserialize(JsonSerializer.Serialize(spec, SpecJson.Default.ContainerSpec), SpecJson.Default.ContainerSpec)!;
                Assert.Equal(shown, JsonSerializer.Serialize(SpecView.HostConfigOf(stored), ApiJson.Default.HostConfig));
                Assert.Equal(
                    JsonSerializer.Serialize(SpecView.ConfigOf(spec), ApiJson.Default.ContainerConfig), JsonSerializer.Serialize(SpecView.ConfigOf(stored), ApiJson.Default.ContainerConfig));
            }
        })
        {
            Seeds = [sample], Always = JsonMutator.EveryValue(sample), Mutate = JsonMutator.Mutate, Refuses = static e => e is QuaiException or JsonException or LinuxException,
        });
    }

    // What can only be empty is left out.
    private static HostConfig Shown(HostConfig host)
    {
        (host.StorageOpt, host.DeviceRequests, host.KernelMemoryTCP) = (null, null, 0);
        host.ConsoleSize = host.ConsoleSize is [_, _] ? host.ConsoleSize : [0, 0];
        return host;
    }

    private int Folders() => Directory.GetDirectories(Path.Combine(engine.DataRoot, "containers")).Length;
}
