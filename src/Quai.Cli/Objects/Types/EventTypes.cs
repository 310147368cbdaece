using static Quai.Cli.Objects.Types.GoField;

namespace Quai.Cli.Objects.Types;

/// <summary>The types of an event. Names and order of fields are those of Docker's client.</summary>
internal static class EventTypes
{
    public static GoStructType Actor { get; } = new("Actor", Text("ID"), TextMap("Attributes"));

    public static GoStructType Message { get; } = new("Message",
        Text("Status", "status"), Text("ID", "id"), Text("From", "from"), Text("Type"), Text("Action"), Field("Actor", Actor), Text("Scope", "scope"), Number("Time", "time"),
        Number("TimeNano", "timeNano"));
}
