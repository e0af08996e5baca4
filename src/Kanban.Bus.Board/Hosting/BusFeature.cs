using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.DeadLetters;
using Kanban.Bus.Board.Events;
using MassTransit;

namespace Kanban.Bus.Board.Hosting;

/// <summary>The one place that chooses the transport.</summary>
public static class BusFeature
{
    /// <summary>The process's bus (<see cref="IBusControl"/>, <see cref="IReceiveEndpointConnector"/>), <see cref="IOfferBus"/> over it, and <see cref="OfferPublisher"/>.</summary>
    public static IServiceCollection AddBus(this IServiceCollection services, BoardOptions options)
    {
        services.AddSingleton<OfferPublisher>().AddHostedService(provider => provider.GetRequiredService<OfferPublisher>());
        // Its own lines about a broker that is away come with every try; BrokerConnection says it calmly and once.
        services.AddLogging(logging => logging.AddFilter("MassTransit", LogLevel.Error));
        return options.Transport.Provider is TransportProvider.Rabbitmq ? services.AddRabbit(options.Transport) : services.AddMemory();
    }

    private static IServiceCollection AddMemory(this IServiceCollection services) => services
        .AddSingleton<IOfferBus, MemoryOfferBus>()
        .AddMassTransit(bus => bus.UsingInMemory((_, memory) => memory.UseRawJsonSerializer(isDefault: true)));

    private static IServiceCollection AddRabbit(this IServiceCollection services, TransportOptions transport)
    {
        var address = BrokerUri.Parse(transport.Uri);
        services.AddSingleton(address)
            .AddSingleton<BrokerConnection>()
            .AddHostedService(provider => provider.GetRequiredService<BrokerConnection>())
            .AddSingleton<LaneTopology>()
            .AddHostedService(provider => provider.GetRequiredService<LaneTopology>())
            .AddSingleton<BrokerPublisher>()
            .AddSingleton<IOfferBus, RabbitOfferBus>()
            .AddHostedService<EventRelay>()
            .AddHostedService<ReplicaHints>()
            .AddHostedService<DeadLetterInbox>()
            .AddSingleton<BrokerAlarm>()
            .AddHostedService(provider => provider.GetRequiredService<BrokerAlarm>());
        return services.AddMassTransit(bus => bus.UsingRabbitMq((_, rabbit) =>
        {
            rabbit.Host(address.Uri, BrokerConnection.Named("board"), host => host.Heartbeat(BrokerConnection.Heartbeat));
            rabbit.UseRawJsonSerializer(isDefault: true);
        }));
    }
}
