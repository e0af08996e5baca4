using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Runs;

namespace Kanban.Bus.Tests.Worker;

/// <summary>The worker's JSON is made when it is compiled, the board's as it runs: both say the same.</summary>
public sealed class WorkerJsonTests
{
    private static readonly JsonSerializerOptions Sparse = new(Json.Client) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private static readonly JsonSerializerOptions Lenient = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    /// <summary>Each type that the worker writes or reads, by its name.</summary>
    public static TheoryData<string> Roots => [.. RootTypes.Select(t => t.ToString())];

    private static IEnumerable<Type> RootTypes =>
        typeof(WorkerJson).GetCustomAttributesData().Where(a => a.AttributeType == typeof(JsonSerializableAttribute)).Select(a => (Type)a.ConstructorArguments[0].Value!);

    [Theory]
    [MemberData(nameof(Roots))]
    public void What_is_generated_writes_and_reads_each_type_as_reflection_does(string root)
    {
        var (type, sample) = Sample(root);
        var full = Same(sample, type, WorkerJson.Client, Json.Client);
        Assert.DoesNotContain(":null", full, StringComparison.Ordinal);
        Assert.DoesNotContain("[]", full, StringComparison.Ordinal);
        Same(sample, type, WorkerJson.Sparse, Sparse);
        // What is left out has the value that it would have there.
        Same(JsonSerializer.Deserialize(Bare(full, type), type, Json.Client)!, type, WorkerJson.Client, Json.Client);
        Same(JsonSerializer.Deserialize(Bare(full, type), type, Json.Client)!, type, WorkerJson.Sparse, Sparse);
    }

    [Theory]
    [MemberData(nameof(Roots))]
    public void What_is_generated_refuses_what_reflection_refuses_and_reads_the_rest_alike(string root)
    {
        var (type, sample) = Sample(root);
        var whole = JsonSerializer.SerializeToElement(sample, type, Json.Client);
        foreach (var text in JsonVariants.Of(whole))
            Assert.Equal((text, Read(type, () => JsonSerializer.Deserialize(text, type, Json.Client))), (text, Read(type, () => JsonSerializer.Deserialize(text, WorkerJson.Client.GetTypeInfo(type)!))));
    }

    [Theory]
    [InlineData(typeof(ResultFile), """{"SUMMARY":"s","metadata":{"a":1,"a":2},"retryAfterSeconds":"1.5","class":3}""")]
    [InlineData(typeof(ResultFile), """{"Summary":"s","metadata":{"a":1},"retryAfterSeconds":"1.5","retryAt":"2026-01-02T03:04:05","more":1,"summary":null}""")]
    [InlineData(typeof(MetLine), """{"Status":"429","ms":"1.5","timeout":true,"timeout":false,"more":[]}""")]
    [InlineData(typeof(MetLine), """{"status":null,"timeout":null}""")]
    public void What_runs_write_by_hand_is_read_as_it_was(Type type, string text) =>
        Assert.Equal(Read(type, () => JsonSerializer.Deserialize(text, type, Lenient)), Read(type, () => JsonSerializer.Deserialize(text, WorkerJson.Lenient.GetTypeInfo(type)!)));

    [Theory]
    [InlineData("a required member is missing", """{"runId":"01990000-0000-7000-8000-000000000001","fencingToken":1}""")]
    [InlineData("null where none may be", """{"runId":"01990000-0000-7000-8000-000000000001","fencingToken":1,"outcome":null}""")]
    [InlineData("an enum as a number", """{"runId":"01990000-0000-7000-8000-000000000001","fencingToken":1,"outcome":1}""")]
    [InlineData("an enum as a number in a text", """{"runId":"01990000-0000-7000-8000-000000000001","fencingToken":1,"outcome":"1"}""")]
    [InlineData("a number as text", """{"runId":"01990000-0000-7000-8000-000000000001","fencingToken":"1","outcome":"failed"}""")]
    [InlineData("a member twice", """{"runId":"01990000-0000-7000-8000-000000000001","fencingToken":1,"fencingToken":2,"outcome":"failed"}""")]
    [InlineData("a time without a zone", """{"runId":"01990000-0000-7000-8000-000000000001","fencingToken":1,"outcome":"failed","retryAt":"2026-01-02T03:04:05"}""")]
    public void What_is_no_finish_is_refused(string why, string text)
    {
        var reflected = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<FinishItem>(text, Json.Client));
        var generated = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(text, WorkerJson.Client.FinishItem));
        Assert.Equal((why, reflected.Message), (why, generated.Message));
    }

    [Fact]
    public void A_text_that_must_be_there_is_not_null()
    {
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"queue":null,"lane":"l"}""", (JsonTypeInfo<QueueOrder>)WorkerJson.Client.GetTypeInfo(typeof(QueueOrder))!));
        Assert.Throws<JsonException>(() => JsonSerializer.Serialize(new QueueOrder(null!, "l"), (JsonTypeInfo<QueueOrder>)WorkerJson.Client.GetTypeInfo(typeof(QueueOrder))!));
    }

    [Fact]
    public void Every_enum_that_the_worker_reads_or_writes_says_its_words_itself()
    {
        var enums = Reachable().Where(t => t.IsEnum).ToList();
        Assert.Superset(new HashSet<Type> { typeof(Outcome), typeof(ErrorClass), typeof(RunState), typeof(Permissions) }, enums.ToHashSet());
        Assert.All(enums, type => Assert.Equal(typeof(EnumWords<>).MakeGenericType(type), type.GetCustomAttribute<JsonConverterAttribute>()?.ConverterType));
        // Made at run time for whatever enum comes, which a compiled program can't.
        Assert.All([WorkerJson.Client, WorkerJson.Sparse, WorkerJson.Lenient, WorkerJson.Default], context => Assert.DoesNotContain(context.Options.Converters, c => c is JsonStringEnumConverter));
    }

    private static HashSet<Type> Reachable()
    {
        var seen = new HashSet<Type>();
        var next = new Queue<Type>(RootTypes);
        while (next.TryDequeue(out var type))
        {
            if (Nullable.GetUnderlyingType(type) is { } value)
                next.Enqueue(value);
            if (!seen.Add(type))
                continue;
            var info = WorkerJson.Client.GetTypeInfo(type) ?? throw new InvalidOperationException($"{type} is not known.");
            foreach (var more in info.Properties.Where(p => p.Get is not null || p.Set is not null).Select(p => p.PropertyType).Concat(new[] { info.ElementType, info.KeyType }.OfType<Type>()))
                next.Enqueue(more);
        }
        return seen;
    }

    private static (Type Type, object Sample) Sample(string root)
    {
        var type = RootTypes.Single(t => t.ToString() == root);
        return (type, WorkerJsonSamples.All.Single(s => type.IsInstanceOfType(s)));
    }

    private static string Same(object value, Type type, WorkerJson context, JsonSerializerOptions reflective)
    {
        var generated = context.GetTypeInfo(type)!;
        var text = JsonSerializer.Serialize(value, type, reflective);
        Assert.Equal(text, JsonSerializer.Serialize(value, generated));
        Assert.Equal(text, JsonSerializer.Serialize(JsonSerializer.Deserialize(text, generated), generated));
        Assert.Equal(text, JsonSerializer.Serialize(JsonSerializer.Deserialize(text, generated), type, reflective));
        return text;
    }

    /// <summary>With those members alone without which it is refused.</summary>
    private static string Bare(string full, Type type)
    {
        if (JsonNode.Parse(full) is not JsonObject all)
            return full;
        foreach (var name in all.Select(p => p.Key).ToList())
        {
            var without = all.DeepClone().AsObject();
            without.Remove(name);
            try
            {
                JsonSerializer.Deserialize(without.ToJsonString(), type, Json.Client);
                all = without;
            }
            catch (JsonException)
            {
                // It takes this one.
            }
        }
        return all.ToJsonString();
    }

    /// <summary>What was read, written by reflection whoever read it; or where it was refused. What is generated reads an <c>init</c> member as it comes, reflection when the object is made: their messages name different types and bytes.</summary>
    private static string Read(Type type, Func<object?> read)
    {
        try
        {
            return JsonSerializer.Serialize(read(), type, Json.Client);
        }
        catch (JsonException e)
        {
            return $"refused at {e.Path}";
        }
        catch (ArgumentException e)
        {
            // An object's member that is there twice, where it is read as such.
            return e.Message;
        }
    }
}
