using System.Globalization;
using Quai.EndToEnd.Tests.Volumes.Servers;

namespace Quai.EndToEnd.Tests.Volumes;

/// <summary>Volumes whose files a server has. Where this machine cannot be one, what is said when there is none, or no such file system.</summary>
public sealed class NetworkFileSystemTests(QuaidInstance engine) : IClassFixture<QuaidInstance>, IAsyncLifetime
{
    private const string Image = BusyboxImage.Name;
    private readonly DockerClient _docker = engine.Docker;
    private readonly VolumeNames _names = new(engine);

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DisposeAsync() => _names.RemoveAsync();

    [QuaidFact]
    public async Task Files_are_an_NFS_servers()
    {
        string export = engine.Scratch("export"), name = _names.New();
        if (!NfsServer.IsPossible)
        {
            int nobody = TestCertificate.FreePort();
            await CreateAsync(name, "nfs", ":/", $"addr=localhost,nfsvers=4,port={Text(nobody)}");
            string refused = Kernel.Nfs ? "connection refused" : "no such device";
            Assert.Contains($"failed to mount local volume: mount :/:{await FolderAsync(name)}, data: addr=127.0.0.1,nfsvers=4,port={Text(nobody)}: {refused}", await RefusalAsync(name), StringComparison.Ordinal);
            return;
        }

        await using NfsServer server = await NfsServer.StartAsync(export);
        await CreateAsync(name, "nfs", ":/", $"addr=localhost,nfsvers=4,port={Text(server.Port)}");
        await IsServedAsync(name, export, "nfs4");
        string missing = _names.New(), readOnly = _names.New();
        await CreateAsync(missing, "nfs", ":/no/such", $"addr=localhost,nfsvers=4,port={Text(server.Port)}");
        Assert.Contains(": no such file or directory", await RefusalAsync(missing), StringComparison.Ordinal);
        await CreateAsync(readOnly, "nfs4", ":/", $"addr=localhost,ro,port={Text(server.Port)}");
        (await _docker.RunAsync($"run --rm -v {readOnly}:/v {Image} touch /v/no")).ExpectFailure(1, "Read-only file system");
    }

    [QuaidFact]
    public async Task Files_are_a_Samba_servers()
    {
        string shared = engine.Scratch("shared"), name = _names.New(), wrong = _names.New();
        if (!SambaServer.IsPossible)
        {
            string port = Text(TestCertificate.FreePort());
            await CreateAsync(name, "cifs", "//localhost/share", $"username={SambaServer.User},password={SambaServer.Password},vers=3.0,port={port}");
            string refused = Kernel.Cifs ? "connection refused" : "no such device", said = await RefusalAsync(name);
            Assert.Contains($"mount //127.0.0.1/share:{await FolderAsync(name)}, data: username={SambaServer.User},password=********,vers=3.0,port={port}: {refused}", said, StringComparison.Ordinal);
            await IsSecretAsync(SambaServer.Password, said);
            return;
        }

        await using SambaServer server = await SambaServer.StartAsync(engine.Scratch("samba"), shared);
        string options = $"vers=3.0,port={Text(server.Port)}";
        await CreateAsync(name, "cifs", "//localhost/share", $"username={SambaServer.User},password={SambaServer.Password},{options}");
        await IsServedAsync(name, shared, "cifs");
        await CreateAsync(wrong, "cifs", "//localhost/share", $"username={SambaServer.User},password=battery-staple,{options}");
        string refusal = await RefusalAsync(wrong);
        Assert.Contains($"mount //127.0.0.1/share:{await FolderAsync(wrong)}, data: username={SambaServer.User},password=********,{options}: permission denied", refusal, StringComparison.Ordinal);
        await IsSecretAsync("battery-staple", refusal);
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private Task CreateAsync(string name, string type, string device, string options) => _docker.OkAsync($"volume create -o type={type} -o device={device} -o o={options} {name}");

    private Task<string> FolderAsync(string name) => _docker.OkAsync($"volume inspect -f '{{{{.Mountpoint}}}}' {name}");

    private static bool IsMounted(string folder) => File.ReadLines("/proc/self/mountinfo").Any(line => line.Split(' ')[4] == folder);

    /// <summary>What is said when a volume cannot be mounted.</summary>
    private async Task<string> RefusalAsync(string name)
    {
        CommandResult result = await _docker.RunAsync($"run --rm -v {name}:/v {Image} true");
        // Docker's client has other exit codes for some errors.
        Assert.InRange(result.ExitCode, 125, 127);
        Assert.Contains("error while mounting volume '", result.Stderr, StringComparison.Ordinal);
        Assert.False(IsMounted(await FolderAsync(name)));
        return result.Stderr;
    }

    /// <summary>Neither what is said nor what the daemon prints has a password in it.</summary>
    private async Task IsSecretAsync(string password, string said)
    {
        Assert.DoesNotContain(password, said, StringComparison.Ordinal);
        Assert.DoesNotContain(password, await File.ReadAllTextAsync($"{engine.Root}/quaid.log"), StringComparison.Ordinal);
    }

    /// <summary>Containers read what the server has, it has what they write, one sees what the other writes, and the mount lasts as long as they do, whichever daemon there is.</summary>
    private async Task IsServedAsync(string name, string served, string type)
    {
        string folder = await FolderAsync(name), first = engine.Name(), second = engine.Name();
        await File.WriteAllTextAsync($"{served}/given", "given\n");
        await _docker.OkAsync($"run -d --name {first} -v {name}:/v {Image} sleep 600");
        Assert.True(IsMounted(folder));
        Assert.Equal(type, (await _docker.OkAsync($"exec {first} grep \" /v \" /proc/mounts")).Split(' ')[2]);
        Assert.Equal("given", await _docker.OkAsync($"exec {first} cat /v/given"));
        await _docker.OkAsync($"run -d --name {second} -v {name}:/v {Image} sleep 600");
        await _docker.OkAsync($"exec {first} sh -c 'mkdir /v/folder; echo written >/v/folder/file'");
        Assert.Equal("written", await _docker.OkAsync($"exec {second} cat /v/folder/file"));
        Assert.Equal("written\n", await File.ReadAllTextAsync($"{served}/folder/file"));
        await engine.KillDaemonAsync();
        await engine.StartDaemonAsync();
        await _docker.OkAsync($"rm -f {first}");
        Assert.True(IsMounted(folder));
        Assert.Equal("written", await _docker.OkAsync($"exec {second} cat /v/folder/file"));
        await _docker.OkAsync($"rm -f {second}");
        Assert.False(IsMounted(folder));
        Assert.Equal("written", await _docker.OkAsync($"run --rm -v {name}:/v {Image} cat /v/folder/file"));
        Assert.False(IsMounted(folder));
        await _docker.OkAsync($"volume rm {name}");
        Assert.Equal("written\n", await File.ReadAllTextAsync($"{served}/folder/file"));
    }
}
