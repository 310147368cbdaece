using System.Diagnostics;

namespace Quai.Runtime.Tests.SeccompFilters.Differential;

/// <summary>Debian's libseccomp, which runc uses, behind a small C program that is compiled for the tests (packages gcc and libseccomp-dev).</summary>
internal static class ExportProgram
{
    private static readonly Lazy<string> s_path = new(Build);

    /// <summary>The filter that libseccomp makes of rules.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="unknown">The names that this libseccomp is too old for.</param>
    public static byte[] Compile(FilterRules rules, out HashSet<string> unknown)
    {
        (byte[] output, string errors, int code) = Run(s_path.Value, [], rules.ToString());
        Assert.True(code == 0, errors);
        unknown = [.. errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        return output;
    }

    private static string Build()
    {
        string program = Path.Combine(Path.GetTempPath(), $"quai-libseccomp-{Environment.ProcessId}");
        string source = Path.Combine(AppContext.BaseDirectory, "SeccompFilters", "Differential", "libseccomp-export.c");
        (_, string errors, int code) = Run("gcc", ["-O1", "-Wall", "-Werror", "-o", program, source, "-lseccomp"], "");
        Assert.True(code == 0, $"gcc (packages gcc, libc6-dev, libseccomp-dev): {errors}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(program);
        return program;
    }

    private static (byte[] Output, string Errors, int Code) Run(string file, string[] arguments, string input)
    {
        using Process process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        var output = new MemoryStream();
        Task copied = process.StandardOutput.BaseStream.CopyToAsync(output);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Task.WaitAll(errors, copied);
        process.WaitForExit();
        return (output.ToArray(), errors.Result, process.ExitCode);
    }
}
