using System.Text;
using System.Text.Json;
using Quai.Cli.Registries;
using Quai.Compose.Model;
using Quai.Compose.Model.Mounts;
using Quai.Compose.Model.Services;

namespace Quai.Cli.Compose.Providing;

/// <summary>Gives services that ask for it, <c>use_api_socket</c>, the engine's socket and the user's credentials for registries.</summary>
internal static class ApiSocket
{
    private const string Config = "#apisocket", Socket = "/var/run/docker.sock", Folder = "/run/secrets/docker", Variable = "DOCKER_CONFIG";

    /// <summary>The project with what these services get.</summary>
    public static ComposeProject Apply(ComposeProject project, Session session)
    {
        if (!project.AllServices.Any(service => service.UseApiSocket))
        {
            return project;
        }

        string socket = session.SocketPath ?? Socket;
        return project with
        {
            Services = project.Services.ToDictionary(entry => entry.Key, entry => Apply(entry.Value, socket)),
            DisabledServices = project.DisabledServices.ToDictionary(entry => entry.Key, entry => Apply(entry.Value, socket)),
            Configs = new Dictionary<string, ComposeFileObject>(project.Configs) { [Config] = new() { Name = Config, Content = Credentials(session) } },
        };
    }

    private static ComposeService Apply(ComposeService service, string socket)
    {
        if (!service.UseApiSocket)
        {
            return service;
        }

        service = service with { Volumes = [.. service.Volumes, new ServiceMount { Type = "bind", Source = socket, Target = Socket }] };

        // Who says where the settings are knows what he does.
        return service.Environment.ContainsKey(Variable) ? service : service with
        {
            Configs = [.. service.Configs, new ServiceFile { Source = Config, Target = Folder + "/config.json" }],
            Environment = new Dictionary<string, string?>(service.Environment) { [Variable] = Folder },
        };
    }

    private static string Credentials(Session session)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text, new JsonWriterOptions { Indented = true, IndentCharacter = '\t', IndentSize = 1 }))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("auths");
            foreach ((string server, Credentials known) in new CredentialStore(session.ConfigFolder).All())
            {
                writer.WriteStartObject(server);
                if (known.Username.Length > 0)
                {
                    writer.WriteString("auth", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{known.Username}:{known.Password}")));
                }

                if (known.IdentityToken.Length > 0)
                {
                    writer.WriteString("identitytoken", known.IdentityToken);
                }

                if (known.RegistryToken.Length > 0)
                {
                    writer.WriteString("registrytoken", known.RegistryToken);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }
}
