using System.Security.Cryptography;
using System.Text;

namespace Quai.EndToEnd.Tests.Escapes.Harness;

/// <summary>Small C programs that make calls for which no shell has a word.</summary>
public static class CProgram
{
    /// <summary>Compiles with gcc, statically, into the attack's folder and gives the program's path.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="source">The source.</param>
    /// <param name="options">Further options of gcc's.</param>
    public static async Task<string> CompileAsync(Scene scene, string source, params string[] options)
    {
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)))[..16];
        string folder = scene.Scratch(), file = Path.Combine(folder, name + ".c"), program = Path.Combine(folder, name);
        await File.WriteAllTextAsync(file, source);
        (await RunningCommand.RunAsync("gcc", ["-O1", "-static", "-o", program, .. options, file], timeout: TimeSpan.FromMinutes(2))).Expect();
        return program;
    }
}
