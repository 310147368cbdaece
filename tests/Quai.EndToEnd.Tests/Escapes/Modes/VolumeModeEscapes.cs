using System.Formats.Tar;
using System.Text.Json.Nodes;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Modes;

/// <summary>A container and an unprivileged user of the host work together: what the one puts into a volume, the other finds on the host.</summary>
public sealed class VolumeModeEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private static readonly Attack[] s_attacks =
    [
        new("CVE-2021-41091: a set-user-id file in a volume", scene => SetUserIdAsync(scene, "")),
        new("CVE-2021-41091: a set-user-id file in a volume that is a tmpfs", scene => SetUserIdAsync(scene, "--opt type=tmpfs --opt device=tmpfs")),
        new("CVE-2021-41091: a file with capabilities, copied into a volume from the image", CapabilitiesAsync),
        new("CVE-2021-41091: a device node in a volume", DeviceAsync),
        new("CVE-2021-41091: a volume's files are read by another user of the host", ReadAsync),
        new("CVE-2021-41091: a volume's files are written by another user of the host", WriteAsync),
        new("CVE-2021-41091: a fifo in a volume is a way to talk to a container", FifoAsync),
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory]
    [MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory]
    [MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static async Task<string?> SetUserIdAsync(Scene scene, string options)
    {
        await using Volume volume = await Volume.CreateAsync(scene, options);
        await scene.Docker.OkAsync($"cp /usr/bin/id {volume.Container}:/v/id");
        await volume.RunAsync("chown 0:0 /v/id && chmod 4755 /v/id && chmod 755 /v");
        string? user = await Neighbour.TryAsync($"{volume.Path}/id -u");
        return user == "0" ? "ran as root on the host" : null;
    }

    private static async Task<string?> CapabilitiesAsync(Scene scene)
    {
        (string path, string secret) = scene.HostSecret();
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        PaxTarEntry cat = new(TarEntryType.RegularFile, "v/cat", new Dictionary<string, string>
        {
            // Version 2, effective, CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.
            ["SCHILY.xattr.security.capability"] = "\u0001\0\0\u0002\u0006\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        })
        {
            DataStream = new MemoryStream(File.ReadAllBytes("/bin/cat")),
            Mode = (UnixFileMode)0x1ed,
        };
        var image = new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.Folder("v/"), cat));
        image.Config["config"]!["Volumes"] = new JsonObject { ["/v"] = new JsonObject() };
        await using Volume volume = await Volume.CreateAsync(scene, "", await scene.LoadAsync(image));
        return await Neighbour.TryAsync($"{volume.Path}/cat {path}") == secret ? "read a file of root's" : null;
    }

    private static async Task<string?> DeviceAsync(Scene scene)
    {
        // The disk that the host runs from, or another device that is root's alone there.
        string device = (await RunningCommand.ShellAsync($"""
            cd {scene.Scratch()}
            for d in "b $(stat -c '%Hd %Ld' /)" "b 7 0" "c 10 237" "c 10 232"; do
                if mknod -m 600 node $d && (: <node) 2>/dev/null; then echo $d; break; fi
                rm -f node
            done
            """)).Trim();
        Assert.NotEqual("", device);
        await using Volume volume = await Volume.CreateAsync(scene);
        await volume.RunAsync($"mknod -m 666 /v/device {device}");
        return await Neighbour.TryAsync($": <{volume.Path}/device") is not null ? $"opened device {device} of the host" : null;
    }

    private static async Task<string?> ReadAsync(Scene scene)
    {
        await using Volume volume = await Volume.CreateAsync(scene);
        await volume.RunAsync("echo private-data >/v/file");
        return await Neighbour.TryAsync($"cat {volume.Path}/file");
    }

    private static async Task<string?> WriteAsync(Scene scene)
    {
        // As in images whose program is not root: the folder is open to everybody, inside.
        await using Volume volume = await Volume.CreateAsync(scene);
        await volume.RunAsync("chmod 1777 /v");
        await Neighbour.RunAsync($"echo planted >{volume.Path}/from-outside");
        CommandResult inside = await scene.Docker.RunAsync($"exec {volume.Container} cat /v/from-outside");
        return inside.ExitCode == 0 ? $"the container reads '{inside.Text}'" : null;
    }

    private static async Task<string?> FifoAsync(Scene scene)
    {
        await using Volume volume = await Volume.CreateAsync(scene);
        await volume.RunAsync("mkfifo -m 666 /v/fifo && chmod 777 /v");
        await using RunningCommand reader = scene.Docker.Start($"exec {volume.Container} timeout 60 cat /v/fifo");
        CommandResult written = await Neighbour.RunAsync($"timeout 20 sh -c 'echo do-this >{volume.Path}/fifo'");
        return written.ExitCode == 0 ? "the container takes " + (await reader.WaitForStdoutAsync("do-this")).Trim() : null;
    }

    /// <summary>A volume at <c>/v</c> of a container that runs.</summary>
    private sealed record Volume(Scene Scene, string Name, string Container, string Path) : IAsyncDisposable
    {
        public static async Task<Volume> CreateAsync(Scene scene, string options = "", string image = BusyboxImage.Name)
        {
            string container = scene.Engine.Name(), name = container + "-v";
            await scene.Docker.OkAsync($"volume create {options} {name}");
            await scene.Docker.OkAsync($"run -d --name {container} -v {name}:/v {image} sleep 3600");
            return new Volume(scene, name, container, await scene.Docker.OkAsync($"volume inspect -f '{{{{.Mountpoint}}}}' {name}"));
        }

        public Task<string> RunAsync(string script) => Scene.Docker.OkAsync($"exec {Container} sh -c '{script}'");

        public async ValueTask DisposeAsync()
        {
            await Scene.Docker.RunAsync($"rm -f {Container}");
            await Scene.Docker.RunAsync($"volume rm {Name}");
        }
    }
}
