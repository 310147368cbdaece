using System.Buffers.Binary;
using System.Text;

namespace Quai.EndToEnd.Tests.Store;

/// <summary>Images for other processors: distinguished, warned about, and run if the host can.</summary>
public sealed class PlatformTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly DockerClient _docker = engine.Docker;

    [Fact]
    public async Task A_foreign_image_is_warned_of_unless_it_was_asked_for()
    {
        string name = engine.Name("image") + ":foreign";
        await ImportAsync(name, "s390x");
        string container = engine.Name();
        CommandResult create = (await _docker.RunAsync($"create --name {container} {name} x")).Expect();
        Assert.Matches($"WARNING: The requested image's platform \\(linux/s390x\\) does not match the detected host platform \\(linux/{TestImage.Architecture}(/v[0-9])?\\) and no specific platform was requested", create.Stderr);
        Assert.DoesNotContain("no specific platform", (await _docker.RunAsync($"create --name {engine.Name()} --platform linux/s390x {name} x")).Expect().Stderr, StringComparison.Ordinal);
        (await _docker.RunAsync($"create --pull never --platform linux/{TestImage.Architecture} {name} x"))
            .ExpectFailure(1, $"image with reference {name} was found but does not match the specified platform: wanted linux/{TestImage.Architecture}, actual: linux/s390x");
    }

    [QuaidFact]
    public async Task Without_emulation_it_is_said_what_is_missing()
    {
        string name = engine.Name("image") + ":bare";
        await ImportAsync(name, "riscv64");
        string program = (await _docker.RunAsync($"run --rm --platform linux/riscv64 {name} /bin/hello")).Stderr;
        Assert.Contains($"The image is for linux/riscv64, this machine is linux/{TestImage.Architecture} and has no emulation for it: install", program, StringComparison.Ordinal);
        Assert.Contains("exec format error", program, StringComparison.Ordinal);
    }

    [EmulationFact]
    public async Task With_emulation_it_runs()
    {
        string name = engine.Name("image") + ":arm";
        await ImportAsync(name, "arm64");
        await using Handler handler = await Handler.RegisterAsync(engine.Slot);
        (await _docker.RunAsync($"run --rm --platform linux/arm64 {name} /bin/hello")).Expect(7, "hello from aarch64\n", "");
        CommandResult unasked = (await _docker.RunAsync($"run --rm {name} /bin/hello")).Expect(7, "hello from aarch64\n");
        Assert.Single(unasked.Stderr.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        await handler.SwitchAsync("0");
        Assert.Contains("is disabled: echo 1 >", (await _docker.RunAsync($"run --rm --platform linux/arm64 {name} /bin/hello")).Stderr, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task Two_platforms_live_under_one_name()
    {
        string folder = engine.Scratch(Guid.NewGuid().ToString("n"));
        await using DebianRegistry registry = await DebianRegistry.StartAsync(folder);
        var mine = new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("which", "mine\n")));
        var other = new TestImage().WithBusybox().WithLayer(TestImage.Tar(TestImage.File("which", "other\n")));
        other.Config["architecture"] = "s390x";
        byte[] index = TestImage.Index(("s390x", other.Manifest()), (TestImage.Architecture, mine.Manifest()));
        await registry.UploadAsync(other, "multi", "other");
        await registry.UploadAsync(mine, "multi", "latest", index);
        string name = $"{registry.Address}/multi";
        await _docker.OkAsync($"pull --platform linux/s390x {name}");
        await _docker.OkAsync($"pull {name}");
        using var client = new StoreClient(engine);
        string filters = Uri.EscapeDataString($"{{\"reference\":[\"{name}\"]}}");
        Assert.Single((await client.GetAsync($"/images/json?filters={filters}")).AsArray());
        Assert.Equal(2, (await client.GetAsync($"/images/json?all=1&filters={filters}")).AsArray().Count);

        // Without a wish this machine's is run; with one the one asked for, and its programs are of this machine all the same.
        (await _docker.RunAsync($"run --rm {name} cat /which")).Expect(0, "mine\n", "");
        Assert.Equal("other\n", (await _docker.RunAsync($"run --rm --platform linux/s390x {name} cat /which")).Expect().Stdout);
        Assert.Equal(TestImage.Architecture, await _docker.OkAsync($"image inspect -f {{{{.Architecture}}}} {name}"));
        Assert.Equal("s390x", await _docker.OkAsync($"image inspect --platform linux/s390x -f {{{{.Architecture}}}} {name}"));
        (await _docker.RunAsync($"image inspect --platform linux/riscv64 {name}")).ExpectFailure(1, "does not match the specified platform: wanted linux/riscv64");
        string tree = (await client.QuaiAsync("images --tree")).Succeeded();
        Assert.Contains("├─ linux/s390x", tree, StringComparison.Ordinal);
        Assert.Contains($"└─ linux/{TestImage.Architecture}", tree, StringComparison.Ordinal);
        string container = engine.Name();
        await _docker.OkAsync($"create --name {container} --platform linux/s390x {name} x");
        Assert.Equal($"{name}", await _docker.OkAsync($"ps -a --filter name={container} --format {{{{.Image}}}}"));
        await _docker.OkAsync($"rm {container}");
        await _docker.OkAsync($"rmi --platform linux/s390x {name}");
        (await _docker.RunAsync($"image inspect --platform linux/s390x {name}")).Expect(1);
        (await _docker.RunAsync($"run --rm {name} cat /which")).Expect(0, "mine\n", "");
        await _docker.OkAsync($"rmi {name}");
    }

    private async Task ImportAsync(string name, string architecture)
    {
        var program = new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "bin/hello") { DataStream = new MemoryStream(Hello(architecture)), Mode = (UnixFileMode)0b111_101_101 };
        (await _docker.RunAsync($"import --platform linux/{architecture} - {name}", TestImage.Tar(program))).Expect();
    }

    /// <summary>A static program of 64 bits: for arm64 one that greets and exits with 7, for others only a header that names the machine.</summary>
    private static byte[] Hello(string architecture)
    {
        byte[] text = "hello from aarch64\n"u8.ToArray();

        // mov x0, 1; adr x1, text; mov x2, length; mov x8, write; svc; mov x0, 7; mov x8, exit; svc
        uint[] code = [0xD2800020, 0x10000000 | ((28 >> 2) << 5) | 1, 0xD2800002 | ((uint)text.Length << 5), 0xD2800808, 0xD4000001, 0xD28000E0, 0xD2800BA8, 0xD4000001];
        const int headers = 64 + 56;
        byte[] elf = new byte[headers + (code.Length * 4) + text.Length];
        Encoding.ASCII.GetBytes("\u007fELF\u0002\u0001\u0001").CopyTo(elf, 0);
        Span<byte> e = elf;
        BinaryPrimitives.WriteUInt16LittleEndian(e[16..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(e[18..], architecture switch { "arm64" => 183, "riscv64" => 243, _ => 22 });
        BinaryPrimitives.WriteUInt32LittleEndian(e[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(e[24..], 0x400000 + headers);
        BinaryPrimitives.WriteUInt64LittleEndian(e[32..], 64);
        BinaryPrimitives.WriteUInt16LittleEndian(e[52..], 64);
        BinaryPrimitives.WriteUInt16LittleEndian(e[54..], 56);
        BinaryPrimitives.WriteUInt16LittleEndian(e[56..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(e[64..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(e[68..], 5);
        BinaryPrimitives.WriteUInt64LittleEndian(e[80..], 0x400000);
        BinaryPrimitives.WriteUInt64LittleEndian(e[88..], 0x400000);
        BinaryPrimitives.WriteUInt64LittleEndian(e[96..], (ulong)elf.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(e[104..], (ulong)elf.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(e[112..], 0x10000);
        for (int i = 0; i < code.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(e[(headers + (i * 4))..], code[i]);
        }

        text.CopyTo(elf, headers + (code.Length * 4));
        return elf;
    }

    /// <summary>QEMU for arm64 as a handler of the kernel's, with a name of its own, gone afterwards; <c>binfmt_misc</c> is mounted meanwhile where it was not.</summary>
    private sealed class Handler : IAsyncDisposable
    {
        private const string Folder = "/proc/sys/fs/binfmt_misc";
        private readonly string _path;
        private readonly bool _mounted;

        private Handler(string path, bool mounted) => (_path, _mounted) = (path, mounted);

        public static async Task<Handler> RegisterAsync(int slot)
        {
            bool mounted = !File.Exists($"{Folder}/register");
            if (mounted)
            {
                (await RunningCommand.RunAsync("mount", ["-t", "binfmt_misc", "binfmt_misc", Folder])).Expect();
            }

            string name = $"quai-e2e-{slot}";
            await File.WriteAllTextAsync(
                $"{Folder}/register",
                $@":{name}:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:{EmulationFactAttribute.Emulator}:F");
            return new Handler($"{Folder}/{name}", mounted);
        }

        public Task SwitchAsync(string to) => File.WriteAllTextAsync(_path, to);

        public async ValueTask DisposeAsync()
        {
            await SwitchAsync("-1");
            if (_mounted)
            {
                await RunningCommand.RunAsync("umount", [Folder]);
            }
        }
    }
}

/// <summary>A test that needs QEMU for arm64 (Debian's qemu-user-static; <c>QUAI_E2E_QEMU</c> names one elsewhere) on another machine than arm64.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EmulationFactAttribute : FactAttribute
{
    /// <summary>Skips if there is none.</summary>
    public EmulationFactAttribute()
    {
        if (TestEnvironment.ForeignEngine is not null || TestImage.Architecture == "arm64" || !File.Exists(Emulator))
        {
            Skip = "this test needs qemu-aarch64-static and a quaid of its own";
        }
    }

    /// <summary>The emulator.</summary>
    public static string Emulator => Environment.GetEnvironmentVariable("QUAI_E2E_QEMU") is { Length: > 0 } path ? path : "/usr/bin/qemu-aarch64-static";
}
