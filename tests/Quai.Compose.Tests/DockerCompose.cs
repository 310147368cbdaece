using System.Diagnostics;

namespace Quai.Compose.Tests;

/// <summary>Docker's own compose, where the variable <c>QUAI_COMPOSE</c> says where one is.</summary>
internal static class DockerCompose
{
    /// <summary>The program.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable("QUAI_COMPOSE");

    /// <summary>What it prints for a case: a result, or the message of an error.</summary>
    public static string Print(ComposeCase one)
    {
        string folder = ComposeCase.ProjectFolder;
        try
        {
            Directory.CreateDirectory(folder);
            foreach ((string name, string text) in one.Files)
            {
                string path = Path.Combine(folder, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, text);
            }

            ProcessStartInfo start = new(Program!) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment.Clear();
            foreach ((string name, string value) in one.Environment)
            {
                start.Environment[name] = value;
            }

            foreach (string argument in one.Arguments.Contains("config") ? one.Arguments : ["config", .. one.Arguments])
            {
                start.ArgumentList.Add(argument);
            }

            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            IEnumerable<string> message = errors.Result.TrimEnd('\n').Split('\n').Where(line => !line.StartsWith("time=", StringComparison.Ordinal));
            return process.ExitCode == 0 ? output.TrimEnd('\n') : "ERROR: " + string.Join('\n', message);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
        }
    }
}
