using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Seccomp;

/// <summary>
/// <c>attack.c</c> and <c>attack32.c</c>, compiled without any library of the image's, in an image with busybox. What was compiled once is kept in
/// <c>/var/cache/quai-tests</c>, where a virtual machine without a compiler finds it, too.
/// </summary>
internal static class AttackProgram
{
    private const string Cache = "/var/cache/quai-tests";
    private static readonly Lazy<Task<(byte[] Plain, byte[] ThirtyTwo)>> s_programs = new(CompileAsync);

    /// <summary>Whether this machine has 32-bit x86's calls, which some attacks go by. There are none of the kind on arm64, nor where a kernel or a hypervisor has them off.</summary>
    public static bool HasX86Calls { get; } = X86Calls.Exist();

    /// <summary>Loads the image and gives its name.</summary>
    public static async Task<string> LoadAsync(Scene scene)
    {
        (byte[] plain, byte[] thirtyTwo) = await s_programs.Value;
        return await scene.LoadAsync(new TestImage().WithBusybox().WithLayer(TestImage.Tar(Executable("bin/attack", plain), Executable("bin/attack32", thirtyTwo))));
    }

    /// <summary>Runs an attack in a container.</summary>
    /// <param name="scene">Where.</param>
    /// <param name="options">The options of <c>docker run</c>.</param>
    /// <param name="command">What to run: <c>attack NAME</c>, <c>attack32 FAMILY</c>.</param>
    /// <returns>What it says it gained, or null when it was refused or killed.</returns>
    public static async Task<string?> RunAsync(Scene scene, string options, string command)
    {
        string image = await LoadAsync(scene);
        return Judge(await scene.Docker.RunAsync($"run --rm {options} {image} {command}"));
    }

    /// <summary>What a run of the program gained: it ends with 0 and says what, with 1 when it was refused; a filter may kill it by SIGSYS, too.</summary>
    public static string? Judge(CommandResult result) => result.ExitCode switch
    {
        0 => result.Text.Length > 0 ? result.Text : "the kernel was asked",
        1 or 159 => null,
        _ => throw new InvalidOperationException($"the attack did not run: {result}"),
    };

    private static PaxTarEntry Executable(string path, byte[] program) =>
        new(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(program), Mode = (UnixFileMode)0b111_101_101 };

    private static async Task<(byte[] Plain, byte[] ThirtyTwo)> CompileAsync() => (
        await CompileAsync("attack.c", "-static"),
        !HasX86Calls ? [] : await CompileAsync("attack32.c", "-m32 -static -nostdlib -ffreestanding -fno-pic -fno-pie -no-pie -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables"));

    private static async Task<byte[]> CompileAsync(string source, string options)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Escapes", "Seccomp", source);
        string program = Path.Combine(Cache, $"{Path.GetFileNameWithoutExtension(source)}-{Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(path)))[..16]}");
        if (!File.Exists(program))
        {
            Directory.CreateDirectory(Cache);
            string part = $"{program}.{Environment.ProcessId}";
            (await RunningCommand.RunAsync("gcc", CommandLine.Split($"-O1 -Wall -Werror {options} -o {part} {path}"))).Expect();
            File.Move(part, program, overwrite: true);
        }

        return await File.ReadAllBytesAsync(program);
    }
}
