using System.Diagnostics;

namespace Quai.Bake.Tests;

/// <summary>Docker's own client of builds, where the variable <c>QUAI_BUILDX</c> says where one is.</summary>
internal static class Buildx
{
    /// <summary>The program.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable("QUAI_BUILDX");

    /// <summary>What it prints for a case: a result, or the message of an error.</summary>
    public static string Print(BakeCase one)
    {
        string folder = Directory.CreateTempSubdirectory("quai-bake-").FullName;
        try
        {
            foreach ((string name, string text) in one.Files)
            {
                File.WriteAllText(Path.Combine(folder, name), text);
            }

            ProcessStartInfo start = new(Program!) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment.Clear();
            foreach ((string name, string value) in one.Environment)
            {
                start.Environment[name] = value;
            }

            // The program is a plug-in of the client, and keeps its own files below the client's configuration.
            start.Environment["DOCKER_CONFIG"] = Path.Combine(folder, ".docker");
            start.ArgumentList.Add("bake");
            if (!one.Arguments.Contains("--list"))
            {
                start.ArgumentList.Add("--print");
            }

            foreach (string argument in one.Arguments)
            {
                start.ArgumentList.Add(argument);
            }

            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            string message = errors.Result;
            int at = message.IndexOf("ERROR: ", StringComparison.Ordinal);
            return process.ExitCode == 0 ? output.TrimEnd('\n') : message[Math.Max(at, 0)..].TrimEnd('\n');
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
