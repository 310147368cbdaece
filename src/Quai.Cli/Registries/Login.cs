using System.Text;
using Quai.Api.System;
using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Cli.Streams;
using Quai.Client;

namespace Quai.Cli.Registries;

/// <summary><c>quai login</c>.</summary>
internal sealed class Login : Command
{
    private const string NoTerminal = "Error: Cannot perform an interactive login from a non TTY device";

    private readonly Flag<string> _password;
    private readonly Flag<bool> _passwordStdin;
    private readonly Flag<string> _username;

    public Login(string path)
        : base(path)
    {
        _password = Flags.String("password", 'p', "Password or access token");
        _passwordStdin = Flags.Bool("password-stdin", '\0', "Take the password or access token from stdin");
        _username = Flags.String("username", 'u', "Name of the user");
    }

    public override string Usage => "[OPTIONS] [SERVER]";

    public override string Summary => "Log in to a registry";

    public override ArgumentCount Arguments => ArgumentCount.AtMost(1);

    public override int Execute(Session session, List<string> arguments)
    {
        string key = RegistryKey.OfServer(arguments.Count > 0 ? arguments[0] : "");
        string user = _username.Value;
        string password = GivenPassword(session);
        var store = new CredentialStore(session.ConfigFolder);
        Credentials? known = user.Length == 0 && password.Length == 0 ? store.Get(key) : null;
        if (known is not null)
        {
            session.Out.WriteLine($"Authenticating with existing credentials...{(known.Username.Length > 0 ? $" [Username: {known.Username}]" : "")}");
            try
            {
                return Finish(session, store, key, known, Ask(session, key, known));
            }
            catch (DaemonException error) when (error.Status == 401)
            {
                session.Error.WriteLine($"Login did not succeed, error: {error.Message}");
            }
        }

        if (user.Length == 0)
        {
            user = Prompts.Line(session, $"Username{(known?.Username is { Length: > 0 } old ? $" ({old})" : "")}: ", NoTerminal).Trim();
            user = user.Length > 0 ? user : known?.Username ?? "";
            if (user.Length == 0)
            {
                throw new ExitException(1, "Error: Non-null Username Required");
            }
        }

        if (password.Length == 0)
        {
            password = Prompts.Secret(session, "Password: ", NoTerminal);
            if (password.Length == 0)
            {
                throw new ExitException(1, "Error: Password Required");
            }
        }

        var given = new Credentials(user, password);
        return Finish(session, store, key, given, Ask(session, key, given));
    }

    private string GivenPassword(Session session)
    {
        if (_password.Value.Length > 0)
        {
            if (_passwordStdin.Value)
            {
                throw new ExitException(1, "conflicting options: cannot specify both --password and --password-stdin");
            }

            if (_password.Value != "-")
            {
                session.Error.WriteLine("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
                return _password.Value;
            }
        }
        else if (!_passwordStdin.Value)
        {
            return "";
        }

        if (_username.Value.Length == 0)
        {
            throw new ExitException(1, "the --password-stdin option requires --username to be set");
        }

        using var reader = new StreamReader(new Input(), new UTF8Encoding(false));
        string text = reader.ReadToEnd();
        text = text.EndsWith('\n') ? text[..^1] : text;
        text = text.EndsWith('\r') ? text[..^1] : text;
        return text.Length > 0 ? text : throw new ExitException(1, "password is empty");
    }

    private static AuthResponse Ask(Session session, string key, Credentials credentials) => session.Engine.Registries.LoginAsync(credentials.ForApi(key)).Await();

    private static int Finish(Session session, CredentialStore store, string key, Credentials credentials, AuthResponse answer)
    {
        if (answer.IdentityToken is { Length: > 0 } token)
        {
            credentials = new Credentials(credentials.Username, "", IdentityToken: token);
        }

        if (store.Store(key, credentials) is { } file)
        {
            session.Error.WriteLine(
                $"\nWARNING! Your credentials are stored unencrypted in '{file}'.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n");
        }

        session.Out.WriteLine(answer.Status);
        return 0;
    }
}
