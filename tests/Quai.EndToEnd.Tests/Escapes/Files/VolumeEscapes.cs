using System.Formats.Tar;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Files;

/// <summary>An empty volume receives what an image has at its place, while another container that has the volume leads the engine elsewhere.</summary>
public sealed class VolumeEscapes(Engines engines) : EscapeTests(engines), IClassFixture<Engines>
{
    private const int Rounds = 5;
    private const int LargeFile = 96 << 20;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly string[] s_small = [.. Enumerable.Range(0, 50).Select(i => $"{i:d2}")];

    private static readonly Attack[] s_attacks =
    [
        new("CVE-2017-1002101 kind: a directory is swapped for a link while a volume is filled, and files appear on the host", scene => FilledAsync(scene, files: true)),
        new("CVE-2017-1002101 kind: a directory is swapped for a link while a volume is filled, and a file of the host's changes its mode", scene => FilledAsync(scene, files: false)),
    ];

    public static TheoryData<string> Names => NamesOf(s_attacks);

    [Theory]
    [MemberData(nameof(Names))]
    public Task Gains_nothing(string name) => GainsNothingAsync(s_attacks, name);

    [ControlTheory]
    [MemberData(nameof(Names))]
    public Task Is_real(string name) => IsRealAsync(s_attacks, name);

    private static async Task<string?> FilledAsync(Scene scene, bool files)
    {
        string image = await scene.LoadAsync(new TestImage().WithBusybox().WithLayer(Layer()));
        string? gain = null;
        for (int round = 0; gain is null && round < (scene.IsFirstVersion ? 12 * Rounds : Rounds); round++)
        {
            // On a busy machine the swapper may come too late.
            gain = await FilledOnceAsync(scene, image, files);
        }

        await scene.Docker.RunAsync($"rmi -f {image}");
        return gain;
    }

    private static async Task<string?> FilledOnceAsync(Scene scene, string image, bool files)
    {
        string shared = scene.Scratch(), host = scene.Scratch();
        string[] theirs = files ? [] : [.. s_small.Append("large").Select(name => Path.Combine(host, name))];
        foreach (string file in theirs)
        {
            // Whichever of them is copied at the moment of the swap is met again here.
            await File.WriteAllTextAsync(file, "the host's");
            File.SetUnixFileMode(file, Private);
        }

        string volume = scene.Engine.Name("v"), swapper = scene.Engine.Name(), victim = scene.Engine.Name();
        string program = await CProgram.CompileAsync(scene, """
            #define _GNU_SOURCE
            #include <fcntl.h>
            #include <sys/stat.h>
            #include <sys/syscall.h>
            #include <unistd.h>
            int main(int argc, char **argv) {
                close(open("/waiting", O_CREAT | O_WRONLY, 0600));
                struct stat status;
                while (stat("/data/d", &status) != 0);
                symlink(argv[1], "/data/link");
                syscall(SYS_renameat2, AT_FDCWD, "/data/d", AT_FDCWD, "/data/link", 2 /* RENAME_EXCHANGE */);
                pause();
            }
            """);
        try
        {
            await scene.Docker.OkAsync($"volume create -o type=none -o o=bind -o device={shared} {volume}");
            await scene.Docker.OkAsync($"run -d --name {swapper} --network none -v {volume}:/data -v {program}:/swap:ro {BusyboxImage.Name} /swap {host}");
            await Eventually.HoldsAsync(async () => (await scene.Docker.RunAsync($"cp {swapper}:/waiting -")).ExitCode == 0 ? null : "nobody waits for the directory");

            // Whether it succeeds is not the question.
            await scene.Docker.RunAsync($"create --name {victim} --network none -v {volume}:/data {image} true", timeout: TimeSpan.FromMinutes(2));
            if (files)
            {
                int made = Directory.GetFileSystemEntries(host).Length;
                return made == 0 ? null : $"{made} files were made on the host";
            }

            string? changed = theirs.FirstOrDefault(file => File.GetUnixFileMode(file) != Private);
            return changed is null ? null : $"the host's {Path.GetFileName(changed)} has mode {Convert.ToString((int)File.GetUnixFileMode(changed), 8)}";
        }
        finally
        {
            await scene.Docker.RunAsync($"rm -f {victim} {swapper}");
            await scene.Docker.RunAsync($"volume rm -f {volume}");
        }
    }

    /// <summary>A directory that is slow to copy at one file; whatever the order, most others come after it.</summary>
    private static byte[] Layer() => TestImage.Tar(
    [
        TestImage.Folder("data/"),
        TestImage.Folder("data/d/"),
        new PaxTarEntry(TarEntryType.RegularFile, "data/d/large") { DataStream = new MemoryStream(new byte[LargeFile]), Mode = (UnixFileMode)0b110_110_110 },
        .. s_small.Select(name => TestImage.File($"data/d/{name}", "from the image")),
    ]);
}
