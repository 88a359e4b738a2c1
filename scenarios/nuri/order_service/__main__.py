from scenarios.nuri.order_service.running import main

main()
