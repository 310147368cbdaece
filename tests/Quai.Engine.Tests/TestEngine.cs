using System.Formats.Tar;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Quai.Api.Containers;
using Quai.Api.System;
using Quai.Engine.Containers;
using Quai.Images;
using Quai.Metadata;
using Quai.Networks;
using Quai.Runtime.Cgroups;
using Quai.Runtime.Shims;
using Xunit;

namespace Quai.Engine.Tests;

/// <summary>A whole engine with real containers on roots, a bridge, a firewall table and cgroups of its own; nothing is left at the end.</summary>
#pragma warning disable CA1001 // DisposeAsync, by which xunit ends it, disposes all
public sealed class TestEngine : IAsyncLifetime
#pragma warning restore CA1001
{
    public const string Image = "box:latest";
    private const string Cgroups = "/quai-engine-test";
    private static readonly string[] s_applets =
    [
        "sh", "cat", "echo", "sleep", "id", "true", "false", "ls", "env", "touch", "mkdir", "rm", "seq", "kill", "stty", "wc", "head", "tail", "hostname", "grep", "dd", "nc", "wget", "ps", "chmod", "stat", "tty", "mount", "readlink", "printf", "ip",
    ];

    private readonly string _directory = Directory.CreateTempSubdirectory("quai-engine-test").FullName;
    private MetadataDatabase _database = null!;
    private ImageServices _images = null!;
    private NetworkService _networks = null!;
    private ContainerRuntime _runtime = null!;

    public Engine Engine { get; private set; } = null!;

    public IContainers Containers => Engine.Containers;

    public string DataRoot => Path.Combine(_directory, "data");

    public string ExecRoot => Path.Combine(_directory, "exec");

    public async Task InitializeAsync()
    {
        await OpenAsync();
        await _images.Images.ImportAsync(ImageArchive(), Image, null, ["CMD [\"sh\"]", "ENV FROM_IMAGE=1", "LABEL origin=image"], null, CancellationToken.None);
        await _images.Images.ImportAsync(ImageArchive(), "filled:latest", null, ["CMD [\"sh\"]", "VOLUME /filled"], null, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        foreach (ContainerSummary row in await ListAsync())
        {
            await Containers.RemoveAsync(row.Id, force: true, volumes: true, link: false, CancellationToken.None);
        }

        await Engine.ShutdownAsync(CancellationToken.None);
        await _networks.FlushAsync(CancellationToken.None);
        await _networks.DestroyAsync(CancellationToken.None);
        await CloseAsync();
        Directory.Delete(_directory, recursive: true);
        foreach (CgroupHierarchy hierarchy in CgroupTree.Hierarchies)
        {
            Directory.Delete(hierarchy.MountPoint + Cgroups);
        }
    }

    /// <summary>Ends the daemon's part at once, as kill -9 would, and starts it again.</summary>
    public async Task ReopenAsync(Action? meanwhile = null)
    {
        await CloseAsync();
        meanwhile?.Invoke();
        await OpenAsync();
    }

    public async Task<string> CreateAsync(string[] command, Action<ContainerCreateRequest>? change = null, string? name = null)
    {
        var request = new ContainerCreateRequest { Image = Image, Cmd = [.. command], HostConfig = new HostConfig { NetworkMode = "none" } };
        change?.Invoke(request);
        return (await Containers.CreateAsync(name, null, request, CancellationToken.None)).Id;
    }

    public async Task<string> StartAsync(string[] command, Action<ContainerCreateRequest>? change = null, string? name = null)
    {
        string id = await CreateAsync(command, change, name);
        await Containers.StartAsync(id, CancellationToken.None);
        return id;
    }

    /// <summary>docker run without -d: creates, attaches, starts, waits. Output without frame headers.</summary>
    public async Task<(int ExitCode, string Output, string Id)> RunAsync(string[] command, Action<ContainerCreateRequest>? change = null, string? input = null)
    {
        string id = await CreateAsync(command, r =>
        {
            r.OpenStdin = r.StdinOnce = r.AttachStdin = input is not null;
            change?.Invoke(r);
        });
        return await RunCreatedAsync(id, input);
    }

    public async Task<(int ExitCode, string Output, string Id)> RunCreatedAsync(string id, string? input = null)
    {
        ContainerInspect inspect = await Containers.InspectAsync(id, false, CancellationToken.None);
        await using IAttachSession session = await Containers.AttachAsync(id, new AttachRequest(input is not null, true, true, false, true, null), CancellationToken.None);
        var output = new MemoryStream();
        Task streaming = session.RunAsync(new MemoryStream(Encoding.UTF8.GetBytes(input ?? "")), output, CancellationToken.None);
        Task<ContainerWaitResponse> wait = await Containers.WaitAsync(id, inspect.HostConfig.AutoRemove ? "removed" : "next-exit", CancellationToken.None);
        await Containers.StartAsync(id, CancellationToken.None);
        await streaming.WaitAsync(TimeSpan.FromSeconds(20));
        ContainerWaitResponse exit = await wait.WaitAsync(TimeSpan.FromSeconds(20));
        return ((int)exit.StatusCode, Frames.Text(output.ToArray(), inspect.Config.Tty), id);
    }

    public async Task<(int? ExitCode, string Output)> ExecAsync(string id, string[] command, Action<ExecCreateRequest>? change = null, string? input = null)
    {
        var request = new ExecCreateRequest { Cmd = [.. command], AttachStdout = true, AttachStderr = true, AttachStdin = input is not null };
        change?.Invoke(request);
        string exec = (await Engine.Execs.CreateAsync(id, request, CancellationToken.None)).Id;
        await using IAttachSession session = await Engine.Execs.StartAsync(exec, new ExecStartRequest(), CancellationToken.None);
        var output = new MemoryStream();
        await session.RunAsync(new MemoryStream(Encoding.UTF8.GetBytes(input ?? "")), output, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        await EventuallyAsync(() => Engine.Execs.Inspect(exec).ExitCode is not null);
        return (Engine.Execs.Inspect(exec).ExitCode, Frames.Text(output.ToArray(), request.Tty));
    }

    public Task<ContainerInspect> InspectAsync(string id) => Containers.InspectAsync(id, false, CancellationToken.None);

    public Task<List<ContainerSummary>> ListAsync(bool all = true, params (string Name, string Value)[] filters) => Containers.ListAsync(
        all, 0, false, filters.GroupBy(f => f.Name).ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g.Select(f => f.Value)]), CancellationToken.None);

    public Task RemoveAsync(string id) => Containers.RemoveAsync(id, force: true, volumes: true, link: false, CancellationToken.None);

    public async Task<string> LogsAsync(string id, bool follow = false, long? tail = null, bool timestamps = false)
    {
        var all = new MemoryStream();
        await foreach (ReadOnlyMemory<byte> chunk in await Containers.LogsAsync(id, new LogsRequest(true, true, follow, timestamps, false, null, null, tail), CancellationToken.None))
        {
            all.Write(chunk.Span);
        }

        return Frames.Text(all.ToArray(), (await InspectAsync(id)).Config.Tty);
    }

    /// <summary>Waits for something that happens in the background and has no event of its own.</summary>
    public static Task EventuallyAsync(Func<bool> holds) => EventuallyAsync(() => Task.FromResult(holds()));

    /// <inheritdoc cref="EventuallyAsync(Func{bool})"/>
    public static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        for (int i = 0; !await holds(); i++)
        {
            Assert.True(i < 2000, "it did not come to pass within 10 seconds");
            await Task.Delay(5);
        }
    }

    /// <summary>Listens until an event of a container comes.</summary>
    public Task<EventMessage> NextEventAsync(string action)
    {
        IAsyncEnumerable<EventMessage> events = Engine.Events.SubscribeAsync(null, null, new Dictionary<string, IReadOnlyList<string>> { ["event"] = [action] }, CancellationToken.None);
        return FirstAsync();
        async Task<EventMessage> FirstAsync()
        {
            await foreach (EventMessage message in events)
            {
                return message;
            }

            throw new InvalidOperationException("the stream ended");
        }
    }

    private async Task OpenAsync()
    {
        Directory.CreateDirectory(DataRoot);
        _database = MetadataDatabase.Open(Path.Combine(DataRoot, "quai.db"), [.. Engine.Migrations, .. ImageServices.Migrations, .. NetworkService.Migrations]);
        _images = ImageServices.Open(DataRoot, _database, new ImageStoreOptions());
        _networks = NetworkService.Open(_database, new NetworkOptions { Bridge = "quaiengt0", BridgeAddress = "10.219.77.1/24", TableName = "quai_engine_test", IpForward = false });
        _runtime = new ContainerRuntime(ShimPath());
        Engine = await Engine.OpenAsync(
            new EngineOptions { DataRoot = DataRoot, ExecRoot = ExecRoot, CgroupParent = Cgroups, AppArmor = new() { Nested = true } }, _database, _images.Images, _networks, _runtime, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
    }

    private async Task CloseAsync()
    {
        await Engine.DisposeAsync();
        await _images.DisposeAsync();
        _networks.Dispose();
        _runtime.Dispose();
        await _database.DisposeAsync();
    }

    private static string ShimPath()
    {
        string? named = Environment.GetEnvironmentVariable("QUAI_BIN_DIR") ?? Environment.GetEnvironmentVariable("QUAI_BIN");
        if (!string.IsNullOrEmpty(named))
        {
            return Path.Combine(named, "quai-shim");
        }

        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "artifacts", "bin", "quai-shim");
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new InvalidOperationException("quai-shim is not built: run eng/install --prefix artifacts, or name its folder with QUAI_BIN_DIR");
    }

    private static MemoryStream ImageArchive()
    {
        var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (string folder in (string[])["bin/", "etc/", "tmp/", "root/", "filled/", "filled/sub/"])
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, folder) { Mode = (UnixFileMode)(folder == "tmp/" ? 0x3ff : 0x1ed) });
            }

            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "bin/busybox") { Mode = (UnixFileMode)0x1ed, DataStream = new MemoryStream(File.ReadAllBytes("/bin/busybox")) });
            foreach (string applet in s_applets)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "bin/" + applet) { LinkName = "busybox" });
            }

            Add(tar, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home/user:/bin/sh\n", 0x1a4, 0);
            Add(tar, "etc/group", "root:x:0:\nwheel:x:10:root\nuser:x:1000:\nextra:x:1234:user\n", 0x1a4, 0);
            Add(tar, "filled/file", "from the image\n", 0x180, 1000);
            Add(tar, "filled/sub/deep", "deep\n", 0x1a4, 0);
            Add(tar, "bin/script-without-right", "#!/bin/sh\n", 0x1a4, 0);
        }

        stream.Position = 0;
        return stream;

        static void Add(TarWriter tar, string name, string text, int mode, int uid) => tar.WriteEntry(
            new PaxTarEntry(TarEntryType.RegularFile, name) { Mode = (UnixFileMode)mode, Uid = uid, Gid = uid, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
    }
}

/// <summary>All tests of real containers share one engine and take turns.</summary>
[CollectionDefinition(nameof(TestEngine))]
public sealed class EngineGroup : ICollectionFixture<TestEngine>;
