using System.Text.Json;
using Microsoft.Data.Sqlite;
using Quai.Api;
using Quai.Api.Containers;
using Quai.Engine.Containers.Recovering;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Engine.Containers.Views;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Metadata;

namespace Quai.Engine.Tests.Specs;

/// <summary>Specifications: created from requests, changed by updates, stored, shown again; and created from rows of older versions.</summary>
public sealed class SpecTests
{
    private static readonly EngineOptions s_options = new() { DataRoot = "/d", ExecRoot = "/e" };

    public static TheoryData<string, Action<HostConfig>, Action<ContainerUpdateRequest>, Action<HostConfig>> Updates => new()
    {
        { "memory", h => h.Memory = 100 << 20, u => (u.Memory, u.MemorySwap) = (200 << 20, 300 << 20), h => (h.Memory, h.MemorySwap) = (200 << 20, 300 << 20) },
        { "less memory", h => h.Memory = 100 << 20, u => u.Memory = 50 << 20, h => (h.Memory, h.MemorySwap) = (50 << 20, 200 << 20) },
        { "no limit of swap", h => h.Memory = 100 << 20, u => u.MemorySwap = -1, h => (h.Memory, h.MemorySwap) = (100 << 20, -1) },
        { "reservation", _ => { }, u => u.MemoryReservation = 10 << 20, h => h.MemoryReservation = 10 << 20 },
        { "no reservation", h => h.MemoryReservation = 10 << 20, u => u.MemoryReservation = -1, h => h.MemoryReservation = -1 },
        { "cpus", h => h.NanoCpus = 500_000_000, u => u.NanoCpus = 1_000_000_000, h => h.NanoCpus = 1_000_000_000 },
        { "quota", _ => { }, u => (u.CpuPeriod, u.CpuQuota) = (50_000, 25_000), h => (h.CpuPeriod, h.CpuQuota) = (50_000, 25_000) },
        { "weights", h => h.CpuShares = 5, u => (u.CpuShares, u.BlkioWeight) = (7, 300), h => (h.CpuShares, h.BlkioWeight) = (7, 300) },
        { "sets", h => h.CpusetCpus = "0", u => u.CpusetMems = "0", h => (h.CpusetCpus, h.CpusetMems) = ("0", "0") },
        { "processes", h => h.PidsLimit = 5, u => u.PidsLimit = 9, h => h.PidsLimit = 9 },
        { "nothing", h => (h.Memory, h.PidsLimit, h.CpuShares) = (100 << 20, 5, 7), _ => { }, h => (h.Memory, h.PidsLimit, h.CpuShares) = (100 << 20, 5, 7) },
    };

    [Theory]
    [MemberData(nameof(Updates))]
    public void An_update_writes_to_the_kernel_what_a_create_would(string what, Action<HostConfig> before, Action<ContainerUpdateRequest> change, Action<HostConfig> after)
    {
        var request = new ContainerUpdateRequest();
        change(request);
        ContainerSpec updated = SpecUpdate.Apply(Spec(before), request, "id"), created = Spec(after);
        Assert.True(
            Json(RuntimeSpecBuilder.BuildResources(created.Limits)) == Json(RuntimeSpecBuilder.BuildResources(updated.Limits)),
            $"{what}: {Json(RuntimeSpecBuilder.BuildResources(created.Limits))} and {Json(RuntimeSpecBuilder.BuildResources(updated.Limits))}");
        Assert.Equal(Shown(created), Shown(updated));
    }

    [Fact]
    public void An_update_leaves_the_specification_that_it_was_given()
    {
        ContainerSpec spec = Spec(h => h.Memory = 100 << 20);
        string before = Shown(spec);
        ContainerSpec changed = SpecUpdate.Apply(spec, new ContainerUpdateRequest { Memory = 50 << 20, RestartPolicy = new() { Name = "on-failure", MaximumRetryCount = 3 } }, "id");
        Assert.Equal(before, Shown(spec));
        Assert.Equal((50L << 20, new RestartSpec(RestartWhen.OnFailure, 3)), (changed.Limits.Memory.Limit, changed.Restart));
    }

    [Fact]
    public void What_contradicts_is_a_conflict()
    {
        ContainerSpec spec = Spec(h => (h.Memory, h.NanoCpus) = (100 << 20, 500_000_000));
        Assert.Equal(
            "Cannot update container id: Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time",
            Conflict(spec, new() { Memory = 300 << 20 }));
        Assert.Equal("Cannot update container id: Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set", Conflict(spec, new() { CpuQuota = 5000 }));
        Assert.Equal(
            "Cannot update container id: Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set",
            Conflict(Spec(h => h.CpuPeriod = 5000), new() { NanoCpus = 500_000_000 }));
    }

    [Theory]
    [InlineData("SIGUSR1", 10)]
    [InlineData("9", 9)]
    [InlineData(null, 15)]
    [InlineData("NOSUCH", 15)]
    public void A_stop_signal_that_an_image_made_up_is_the_usual_one(string? signal, int number) =>
        Assert.Equal(number, SpecReader.Read(new ContainerConfig { StopSignal = signal }, new HostConfig(), []).Program.StopSignalNumber);

    [Fact]
    public async Task Rows_of_documents_become_specifications()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("quai-rows-").FullName, "meta.db");
        try
        {
            MetadataDatabase old = MetadataDatabase.Open(path, ContainerTable.Migrations(DocumentRows.Convert).Where(m => m.Version < 3));
            await old.WriteAsync(connection => connection.Run(
                """
                INSERT INTO containers (id, name, created, image_id, config, host_config, networking, mounts, status, pid, exit_code, error, oom_killed, started, finished, restart_count, stopped_by_user, endpoint)
                VALUES ('c1','one',5,'sha256:1',$config,$host,$networking,$mounts,'Exited',0,3,'why',0,7,8,2,1,NULL), ('c2','two',5,'sha256:1','{"Cmd":["x"],"Labels":{}}','{"NetworkMode":"host","LogConfig":{"Type":"none"}}',NULL,'[]','Created',0,0,'',0,NULL,NULL,0,0,NULL)
                """,
                ("$config", """{"Hostname":"h","Cmd":["sleep","5"],"Env":["A=b"],"Labels":{"l":"m"},"ExposedPorts":{"80/tcp":{}},"StopSignal":"USR1","Healthcheck":{"Test":["CMD","true"],"Interval":5000000000}}"""),
                ("$host", """{"Binds":["/tmp:/t:ro"],"Memory":104857600,"MemorySwap":209715200,"PortBindings":{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"}]},"NetworkMode":"bridge","RestartPolicy":{"Name":"always"},"LogConfig":{"Type":"json-file","Config":{"max-size":"1k"}},"SecurityOpt":["label=type:x"]}"""),
                ("$networking", """{"EndpointsConfig":{"bridge":{"MacAddress":"02:00:00:00:00:01"}}}"""),
                ("$mounts", """[{"Type":"bind","Source":"/tmp","Destination":"/t","Mode":"ro","Propagation":"rprivate"}]""")));
            await old.DisposeAsync();

            await using MetadataDatabase now = MetadataDatabase.Open(path, ContainerTable.Migrations(DocumentRows.Convert));
            List<Container> rows = now.Read(ContainerTable.Read);
            Container one = rows.Single(c => c.Id == "c1"), two = rows.Single(c => c.Id == "c2");
            Assert.Equal(("one", ContainerStatus.Exited, 3, 2, true), (one.Name, one.State.Status, one.State.ExitCode, one.State.RestartCount, one.State.StoppedByUser));
            Assert.Equal((104857600L, 209715200L, 10, "1k"), (one.Spec.Limits.Memory.Limit, one.Spec.Limits.Memory.Swap, one.Spec.Program.StopSignalNumber, one.Spec.Log.Options["max-size"]));
            Assert.Equal(["sleep", "5"], one.Spec.Program.Line());
            Assert.Equal((ushort)8080, one.Spec.Network.Published.Single().Hosts!.Single().Start);
            Assert.Equal(("/t", false), (one.Spec.Mounts.Single().Destination, one.Spec.Mounts.Single().ReadWrite));
            Assert.Equal(("bridge", "02:00:00:00:00:01"), (one.Attachments.Single().Network, one.Attachments.Single().MacAddress));
            Assert.Equal("host", two.Attachments.Single().Network);

            // What no longer can be kept does not keep the daemon from starting; the container is shown, and says at its start why not.
            Assert.Equal(["label=type:x"], SpecView.HostConfigOf(one.Spec).SecurityOpt!);
            Assert.Throws<QuaiException>(() => one.Spec.Security.Options());
            Assert.Equal(["spec"], now.Read(c => c.Rows("SELECT name FROM pragma_table_info('containers') WHERE name='spec'", r => r.GetString(0))));
            Assert.Empty(now.Read(c => c.Rows("SELECT name FROM pragma_table_info('containers') WHERE name IN ('config','host_config','networking','mounts')", r => r.GetString(0))));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_is_that_containers_misfortune_alone()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("quai-rows-").FullName, "meta.db");
        try
        {
            MetadataDatabase old = MetadataDatabase.Open(path, ContainerTable.Migrations(DocumentRows.Convert).Where(m => m.Version < 4));
            await old.WriteAsync(connection => connection.Run("""
                INSERT INTO containers (id, name, created, image_id, config, host_config, mounts, status, pid, exit_code, error, oom_killed, restart_count, stopped_by_user)
                VALUES ('c1','one',5,'sha256:1','{"Cmd":["x"]}','{"Devices":[null],"BlkioWeightDevice":[null],"LogConfig":{"Type":"none"}}','[]','Exited',0,3,'',0,0,0),
                    ('c2','two',5,'sha256:1','{"Cmd":["x"]}','{"PortBindings":{"a":[]}}','[]','Created',0,0,'',0,0,0), ('c3','three',5,'sha256:1','{','{}','[]','Created',0,0,'',0,0,0)
                """));
            await old.DisposeAsync();
            await using MetadataDatabase now = MetadataDatabase.Open(path, ContainerTable.Migrations(DocumentRows.Convert));
            await now.WriteAsync(connection => connection.Run("INSERT INTO containers SELECT 'c4', 'four', created, image_id, status, pid, exit_code, error, oom_killed, started, finished, restart_count, stopped_by_user, endpoints, held, attachments, '' FROM containers WHERE id='c1'"));
            List<Container> rows = now.Read(ContainerTable.Read);
            Assert.Equal(["c1"], rows.Where(r => r.Spec.Damage is null).Select(r => r.Id));
            Assert.Equal(["c2", "c3", "c4"], rows.Where(r => r.Spec.Damage is not null).Select(r => r.Id).Order());
            Assert.Contains("PortBindings", now.Read(c => c.Scalar<string>("SELECT spec FROM containers WHERE id='c2'"))!, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [Fact]
    public async Task Migrations_are_all_made_or_none()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("quai-rows-").FullName, "meta.db");
        try
        {
            Migration[] old = [new("a", 1, "CREATE TABLE a (x TEXT) STRICT;"), new("b", 1, "CREATE TABLE b (x TEXT) STRICT;")];
            await MetadataDatabase.Open(path, old).DisposeAsync();
            Assert.Throws<MetadataException>(() => MetadataDatabase.Open(path, [.. old, new("a", 2, "ALTER TABLE a ADD COLUMN y TEXT;"), new("b", 2, "nonsense")]));
            MetadataDatabase again = MetadataDatabase.Open(path, old);
            Assert.Equal(["x"], again.Read(c => c.Rows("SELECT name FROM pragma_table_info('a')", r => r.GetString(0))));
            await again.DisposeAsync();
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    private static string Conflict(ContainerSpec spec, ContainerUpdateRequest request)
    {
        QuaiException e = Assert.Throws<QuaiException>(() => SpecUpdate.Apply(spec, request, "id"));
        Assert.Equal(ErrorKind.Conflict, e.Kind);
        return e.Message;
    }

    private static ContainerSpec Spec(Action<HostConfig> change)
    {
        var host = new HostConfig();
        change(host);
        HostConfigRules.SetDefaults(host, s_options);
        return SpecReader.Read(new ContainerConfig { Cmd = ["true"] }, host, []);
    }

    private static string Shown(ContainerSpec spec) => JsonSerializer.Serialize(SpecView.HostConfigOf(spec), ApiJson.Default.HostConfig);

    private static string Json(Oci.Runtime.Resources resources) => JsonSerializer.Serialize(resources);
}
