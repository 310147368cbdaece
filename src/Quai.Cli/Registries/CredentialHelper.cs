using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Registries;

/// <summary>
/// A program <c>docker-credential-NAME</c> that stores credentials, by Docker's protocol: the verb is its argument, everything secret goes through
/// pipes, and on failure its output is the reason.
/// </summary>
internal sealed class CredentialHelper(string name)
{
    /// <summary>The user name that says that the secret is a token.</summary>
    private const string TokenUser = "<token>";

    private readonly string _program = "docker-credential-" + name;

    /// <summary>Whether the program can be found.</summary>
    public static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>What it has for a registry; null for nothing.</summary>
    public Credentials? Get(string server)
    {
        (int code, string output) = Run("get", server);
        if (code != 0)
        {
            return output.Contains("credentials not found", StringComparison.OrdinalIgnoreCase) ? null : throw Failed("getting", output);
        }

        try
        {
            HelperCredentials? answer = JsonSerializer.Deserialize(output, HelperJson.Default.HelperCredentials);
            (string user, string secret) = (answer?.Username ?? "", answer?.Secret ?? "");
            return user == TokenUser ? new Credentials("", "", IdentityToken: secret) : new Credentials(user, secret);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw Failed("getting", "its answer is no JSON");
        }
    }

    /// <summary>Stores credentials in it.</summary>
    public void Store(string server, Credentials credentials)
    {
        bool token = credentials.IdentityToken.Length > 0;
        var stored = new HelperCredentials(server, token ? TokenUser : credentials.Username, token ? credentials.IdentityToken : credentials.Password);
        (int code, string output) = Run("store", JsonSerializer.Serialize(stored, HelperJson.Plain.HelperCredentials));
        if (code != 0)
        {
            throw Failed("storing", output);
        }
    }

    /// <summary>Removes a registry from it.</summary>
    public void Erase(string server)
    {
        (int code, string output) = Run("erase", server);
        if (code != 0 && !output.Contains("credentials not found", StringComparison.OrdinalIgnoreCase))
        {
            throw Failed("erasing", output);
        }
    }

    /// <summary>The registries that it has credentials for, with the user names.</summary>
    public IReadOnlyDictionary<string, string> List()
    {
        (int code, string output) = Run("list", "");
        if (code != 0)
        {
            throw Failed("listing", output);
        }

        try
        {
            return JsonSerializer.Deserialize(output, HelperJson.Default.DictionaryStringString) ?? throw new JsonException("an object is expected");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            throw Failed("listing", "its answer is no JSON");
        }
    }

    private (int Code, string Output) Run(string verb, string input)
    {
        var start = new ProcessStartInfo(_program, [verb]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        try
        {
            using Process process = Process.Start(start)!;
            try
            {
                process.StandardInput.BaseStream.Write(Encoding.UTF8.GetBytes(input));
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended without reading, and will say why.
            }

            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output.Trim());
        }
        catch (Win32Exception error)
        {
            throw new ExitException(1, $"error with credentials - err: exec: \"{_program}\": {(error.NativeErrorCode == 2 ? "executable file not found in $PATH" : error.Message)}, out: ``");
        }
    }

    /// <summary>A helper's failure. The request may be secret and is not shown; the helper's output is the message.</summary>
    private static ExitException Failed(string doing, string output) => new(1, $"error {doing} credentials - err: exit status 1, out: `{output}`");
}
